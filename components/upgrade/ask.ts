import { readFileSync } from "node:fs";
import { join } from "node:path";

import { versionPaths } from "../artifacts";
import { askScript, clientUrl } from "../etcd";
import { detectedScript, kubeletConfigFile, kubeletConfiguration, kubeletUnit } from "../kubelet";
import { etcdMembersOf, type Machine } from "../machine";
import { kubeadmConfig, serverAddress } from "../master";
import { composeLook, type ScriptValue } from "../script";
import { answerOf, throughBastion, withEach } from "../ssh";
import type { UpgradeArgs } from "./index";
import { parseTold, type Told } from "./told";

/** Longest wait for one machine, milliseconds: it starts each server once or more to ask it. */
const patience = 180_000;

const script = [
  askScript,
  detectedScript,
  ...["judge.sh", "requests.sh", "guard.sh"].map((file) => join(__dirname, file)),
]
  .map((file) => readFileSync(file, "utf8"))
  .join("\n");

/** Asks all machines at once what speaks for and against an upgrade, in their order; undefined of those that do not answer. */
export async function askAll(args: UpgradeArgs): Promise<ReadonlyMap<string, Told | undefined>> {
  // One that is made in this very run has nothing to tell, and one that is lost is not asked.
  const there = args.machines.flatMap((machine) => {
    const to = machine.lost ? undefined : args.login(machine.name);
    return to ? [{ machine, to }] : [];
  });
  const told = await throughBastion(args.environment.ssh.bastion, 10 * patience, (way) =>
    withEach(there, async ({ machine, to }) => {
      const answer = await answerOf(to, composeLook(script, valuesFor(machine, args)), patience, way);
      return [machine.name, answer && parseTold(answer.output)] as const;
    }),
  );
  const answers = new Map(told);
  return new Map(there.map(({ machine: { name } }) => [name, answers.get(name)]));
}

function valuesFor(machine: Machine, { environment, artifacts }: UpgradeArgs): Readonly<Record<string, ScriptValue>> {
  const members = etcdMembersOf(environment).map((member) => clientUrl(member, environment.etcd));
  return {
    RELEASE: environment.kubernetes.version,
    RUNTIME: environment.kubernetes.runtime,
    REPOSITORY: artifacts.images.repository,
    KUBEADMS: versionPaths(artifacts, "kubeadm"),
    KUBELETS: versionPaths(artifacts, "kubelet"),
    KUBEADM_CONFIG: kubeadmConfig({ environment, machine, etcdEndpoints: members, artifacts }),
    KUBELET_CONFIG: kubeletConfiguration(environment, machine),
    KUBELET_CONFIG_FILE: kubeletConfigFile,
    KUBELET_UNIT: kubeletUnit(machine).content,
    ENDPOINT: serverAddress(environment, machine),
    CLIENT_URL: clientUrl(machine, environment.etcd),
  };
}
