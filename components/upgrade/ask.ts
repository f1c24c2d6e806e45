import { readFileSync } from "node:fs";
import { join } from "node:path";

import { versionPaths } from "../artifacts";
import { clientUrl } from "../etcd";
import { kubeletConfigFile } from "../kubelet";
import { etcdMembersOf, type Machine } from "../machine";
import { kubeadmConfig, serverAddress } from "../master";
import { composeLook, type ScriptValue } from "../script";
import { Session, sshLogin, withEach, type Answer } from "../ssh";
import type { UpgradeArgs } from "./index";
import { parseTold, type Told } from "./told";

/** Longest wait for one machine, milliseconds: it starts each server once or more to ask it. */
const patience = 180_000;

const script = ["judge.sh", "requests.sh", "guard.sh"]
  .map((file) => readFileSync(join(__dirname, file), "utf8"))
  .join("\n");

/** Asks all machines at once what speaks for and against an upgrade; undefined of those that do not answer. */
export async function askAll(args: UpgradeArgs): Promise<ReadonlyMap<string, Told | undefined>> {
  // One that is made in this very run has nothing to tell.
  const there = args.machines.filter(({ name }) => args.login(name));
  const way = wayOf(args, patience);
  const told = await withEach(there, async (machine) => {
    const answer = await runOn(machine.name, composeLook(script, valuesFor(machine, args)), args, patience, way);
    return [machine.name, answer && parseTold(answer.output)] as const;
  });
  way?.close();
  return new Map(told);
}

/** The login on the machine before the others, where there is one. */
export function wayOf({ environment: { ssh } }: UpgradeArgs, timeoutMs: number): Session | undefined {
  return ssh.bastion && new Session(sshLogin(ssh.bastion), { timeoutMs: 10 * timeoutMs });
}

/** Runs a program on a machine; undefined where that does not answer. */
export async function runOn(
  name: string,
  program: string,
  { login }: UpgradeArgs,
  timeoutMs: number,
  way: Session | undefined,
): Promise<Answer | undefined> {
  const to = login(name);
  const session = to && new Session(to, { timeoutMs }, way);
  try {
    return await session?.run("bash -s", program);
  } catch {
    return undefined;
  } finally {
    session?.close();
  }
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
    KUBELET_CONFIG_FILE: kubeletConfigFile,
    ENDPOINT: serverAddress(environment, machine),
    CLIENT_URL: clientUrl(machine, environment.etcd),
  };
}
