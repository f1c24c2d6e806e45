import type { Contradiction, Subject } from "./checks";
import { show } from "../settings/show";

type Flags = Readonly<Record<string, string | readonly string[]>>;

/** Values of a flag, or of a field of another program's file, with which that program or the cluster would not work. */
export interface Harm {
  /** Where the flag or field is, "etcd.extraArgs". */
  readonly map: string;
  readonly name: string;
  /** The values in words, for the reference: "true". */
  readonly values: string;
  readonly is: (value: string, flags: Flags) => boolean;
  /** What would happen, and the way to what its user may want. */
  readonly way: string;
}

/** What Go's flags take for a truth value. Source: Go documentation, strconv.ParseBool. */
const isTrue = (value: string) => /^(1|t|T|true|TRUE|True)$/.test(value);
const isFalse = (value: string) => /^(0|f|F|false|FALSE|False)$/.test(value);
const isLoopback = (value: string) => /^(127\.|::1$)/.test(value);
const leaveOut = "leave it out";

const apiServer = "kubernetes.apiServer.extraArgs";
const controllerManager = "kubernetes.controllerManager.extraArgs";
const scheduler = "kubernetes.scheduler.extraArgs";
const etcd = "etcd.extraArgs";

const harm = (map: string, name: string, values: string, is: Harm["is"], way: string): Harm => ({
  ...{ map, name, values, is, way },
});

/** Programs that are asked about themselves answer and end. */
const questions = [apiServer, controllerManager, scheduler, etcd].flatMap((map) =>
  ["help", "version"].map((name) =>
    harm(map, name, "any but false", (value) => !isFalse(value), `it would print that and end: ${leaveOut}`),
  ),
);

const members = `etcd refuses it beside its members, which follow from the machines with the role "etcd": ${leaveOut}`;
const discovery = ["discovery", "discovery-endpoints", "discovery-srv", "discovery-token"].map((name) =>
  harm(etcd, name, "any", () => true, members),
);

const has = (value: string, ...names: readonly string[]) =>
  value.split(",").some((part) => names.includes(part.trim()));
const milliseconds = (value: unknown, usual: number) => (value === undefined ? usual : Number(value));

/** Whether etcd refuses to start on its times. Source: etcd, embed/config.go, Validate. */
function isAmiss({ "election-timeout": election, "heartbeat-interval": heartbeat }: Flags) {
  return milliseconds(election, 1000) < 5 * milliseconds(heartbeat, 100) || milliseconds(election, 1000) > 50_000;
}

const times = "etcd starts only where election-timeout is five times heartbeat-interval at least, and 50000 at most";

export const harms: readonly Harm[] = [
  harm(
    apiServer,
    "anonymous-auth",
    "false",
    isFalse,
    `kubelets ask the server for its health without a name, and would restart it for ever: ${leaveOut}`,
  ),
  harm(
    apiServer,
    "bind-address",
    "a loopback address",
    isLoopback,
    `no other machine would reach the server: ${leaveOut}`,
  ),
  harm(
    ...([apiServer, "authorization-mode", "without Node and RBAC"] as const),
    (value) => !has(value, "AlwaysAllow") && !(has(value, "Node") && has(value, "RBAC")),
    'nodes would not be let in: use both, as in "Node,RBAC"',
  ),
  harm(
    ...([controllerManager, "controllers", "without bootstrapsigner"] as const),
    (value) => !has(value, "bootstrapsigner", "bootstrap-signer-controller"),
    'no machine could join: add it, as in "*,bootstrapsigner,tokencleaner"',
  ),
  harm(
    etcd,
    "force-new-cluster",
    "true",
    isTrue,
    `each restart would make a cluster of its own of each member: ${leaveOut}`,
  ),
  harm(
    etcd,
    "unsafe-no-fsync",
    "true",
    isTrue,
    `a machine that loses its power would lose the cluster's data: ${leaveOut}`,
  ),
  harm(etcd, "strict-reconfig-check", "false", isFalse, `by it etcd refuses what would lose its majority: ${leaveOut}`),
  harm(
    ...([etcd, "listen-client-http-urls", "http://"] as const),
    (value) => /(^|,)\s*http:/i.test(value),
    "clients without a certificate would be let in: use https://, or listen-metrics-urls for metrics",
  ),
  harm(etcd, "election-timeout", "too short or too long", (_, flags) => isAmiss(flags), times),
  harm(
    ...([etcd, "heartbeat-interval", "too long"] as const),
    (_, flags) => flags["election-timeout"] === undefined && isAmiss(flags),
    times,
  ),
  ...discovery,
  ...questions,
];

/** Flags with which the cluster would not work, or lose its data. */
export function* flagChecks({ configuration: { kubernetes, etcd } }: Subject): Generator<Contradiction> {
  const maps: Readonly<Record<string, Flags>> = {
    "kubernetes.apiServer.extraArgs": kubernetes.apiServer.extraArgs,
    "kubernetes.controllerManager.extraArgs": kubernetes.controllerManager.extraArgs,
    "kubernetes.scheduler.extraArgs": kubernetes.scheduler.extraArgs,
    "etcd.extraArgs": etcd.extraArgs,
  };
  for (const { map, name, is, way } of harms) {
    const flags = maps[map] ?? {};
    for (const value of Object.hasOwn(flags, name) ? [flags[name] ?? []].flat() : []) {
      if (is(value, flags)) yield { path: [...map.split("."), name], message: `${show(value)}: ${way}` };
    }
  }
}
