import { readFileSync } from "node:fs";
import { join } from "node:path";

import { clusterEndpoint, nodeEndpoint } from "../endpoint";
import type { Environment } from "../environment";
import { askScript } from "../etcd";
import { mastersOf, type MachineConfig } from "../machine";
import { assignments, composeLook, type ScriptValue } from "../script";
import { bastionName, dialTime, throughBastion, unreachable, withEach, type Login, type Unreachable } from "../ssh";
import { look, surveyProgram, type Asked } from "../survey";
import { parseTold, type Told } from "./told";

export { parseTold, type Member, type MemberEntry, type Told } from "./told";

/** One machine, as it was found. */
export interface Examined extends Asked {
  /** What it told besides the survey; absent where it did not answer. */
  readonly told?: Told;
  /** Its clock was so many seconds before this computer's. */
  readonly ahead?: number;
}

/** What a machine is asked with. */
export interface Examination {
  readonly environment: Environment;
  /** How to log in on a machine; throws where it cannot be known. */
  readonly login: (machine: MachineConfig) => Login;
  /** A pod of each node, or what else of the pod network is there. @default no pods are asked */
  readonly pods?: readonly { readonly node: string; readonly address: string }[];
}

/** Longest wait for one machine, milliseconds. */
const patience = 30_000;

/** Beyond so many nodes a machine asks pods of some of the others only. */
const few = 50;
const sample = 3;

/** Asks every machine, all at the same time and with one login on each, how it is. Nothing is changed on any. */
export async function examineAll(examination: Examination): Promise<readonly Examined[]> {
  const { machines, ssh } = examination.environment;
  const logins = machines.map((config) => ({ config, login: loginOf(config, examination) }));
  // Whoever does not answer at all is not waited for as one that has much to tell.
  const hops = ssh.bastion
    ? [{ name: bastionName, ...ssh.bastion }]
    : logins.flatMap(({ config: { name }, login }) => (typeof login === "string" ? [] : [{ name, ...login }]));
  const silent = await unreachable(hops, { timeoutMs: dialTime(ssh), attempts: 2 });
  const all = await throughBastion(ssh.bastion, 10 * patience, (way) =>
    withEach(logins, async ({ config, login }): Promise<Examined> => {
      if (typeof login === "string") return { config, silence: login };
      const found = silent.find(({ name }) => name === config.name || name === bastionName);
      if (found) return { config, silence: silenceWords(found) };
      const { output = "", ...asked } = await look(login, doctorProgram(config, examination), way, {
        timeoutMs: patience,
      });
      const told = asked.answer && parseTold(output);
      return { config, ...asked, ...(told ? { told, ahead: told.now - Date.now() / 1000 } : {}) };
    }),
  );
  return machines.flatMap((machine) => all.filter(({ config }) => config === machine));
}

function loginOf(config: MachineConfig, { login }: Examination): Login | string {
  try {
    return login(config);
  } catch (error) {
    return error instanceof Error ? error.message : String(error);
  }
}

/** An SSH server that is there, and takes no more logins for now, is another matter than none. */
function silenceWords({ name, why, isAnother }: Unreachable): string {
  const who = name === bastionName ? `cannot be asked: ${bastionName} ` : "";
  if (isAnother === true) return `${who}shows another host key than the one in its line: ${why}`;
  if (/^(takes|closes)/.test(why)) return `${who}${why}: its sshd may limit logins (MaxStartups)`;
  return `${who}does not answer: ${why}`;
}

/** The survey, and what is asked besides. */
export function doctorProgram(
  machine: MachineConfig,
  { environment, pods = [] }: Pick<Examination, "environment" | "pods">,
): string {
  const values: Readonly<Record<string, ScriptValue>> = {
    WAYS: waysOf(environment, machine),
    ADDRESS: machine.address,
    BIND_PORT: environment.kubernetes.bindPort,
    DISKS: [
      "/",
      "/var",
      "/var/log",
      "/var/lib/kubelet",
      "/var/lib/docker",
      "/var/lib/containerd",
      environment.etcd.dataDir,
    ],
    PODS: others(machine, pods).flatMap(({ node, address }) => [node, address]),
    DNS: environment.kubernetes.kubelet.clusterDNS[0] ?? "",
    NAME: `kubernetes.default.svc.${environment.kubernetes.networking.dnsDomain}`,
    PROBE: textOf("probe.pl"),
  };
  return [surveyProgram(), ...assignments(values), textOf("doctor.sh")].join("\n");
}

/** What a machine runs to tell all that a maintainer needs; a line with the mark begins each part. */
export function supportProgram(mark: string): string {
  return composeLook([readFileSync(askScript, "utf8"), textOf("support.sh")].join("\n"), { MARK: mark });
}

/** Pods on other nodes; where there are many, those next in a circle, so that each is asked by some. */
function others(machine: MachineConfig, pods: NonNullable<Examination["pods"]>): NonNullable<Examination["pods"]> {
  if (pods.length <= few) return pods.filter(({ node }) => node !== machine.name);
  const own = Math.max(
    0,
    pods.findIndex(({ node }) => node === machine.name),
  );
  return [...pods.slice(own + 1), ...pods.slice(0, own)].slice(0, sample);
}

/** LABEL and URL of all ways to the API from a machine. */
function waysOf(environment: Environment, machine: MachineConfig): readonly string[] {
  const direct = mastersOf(environment).flatMap(({ name, address }) => [
    `the API server of ${name}`,
    `https://${address}:${environment.kubernetes.bindPort}`,
  ]);
  const isNode = machine.roles.some((role) => role !== "etcd");
  if (!isNode) return [];
  const { virtualAddress } = environment.kubernetes;
  return [
    ...direct,
    ...["its proxy", `https://${nodeEndpoint}`],
    ...(virtualAddress === undefined ? [] : ["the virtual address", `https://${clusterEndpoint(environment)}`]),
  ];
}

const textOf = (file: string) => readFileSync(join(__dirname, file), "utf8");
