import { compareVersions } from "../artifacts";
import type { Environment } from "../environment";
import { having } from "../machine";
import { isMinorStep } from "../plan";
import type { Running } from "../survey";

/** What an upgrade that is not over means yet, by what it speaks of: a machine, or "Kubernetes". */
export function upgradeConsequences(
  environment: Pick<Environment, "machines" | "kubernetes">,
  { apiServers, kubelets }: Running,
): readonly string[] {
  const { machines, kubernetes } = environment;
  const to = kubernetes.version;
  const masters = having(machines, "master").map(({ name }) => name);
  const nodes = [...new Set([...masters, ...having(machines, "worker").map(({ name }) => name)])];
  const [from] = [...Object.values(apiServers), ...Object.values(kubelets)]
    .filter((release) => release !== to)
    .sort(compareVersions);
  if (from === undefined) return [];
  const left = masters.filter((name) => (apiServers[name] ?? to) !== to);
  const first = nodes.filter((name) => !masters.includes(name))[0];
  const about = (name: string): readonly string[] => {
    const now = kubelets[name] ?? to;
    return [
      ...(left.includes(name) ? [serversTurn(masters)] : []),
      ...(now === to ? [] : [kubeletTurn(now, environment.kubernetes)]),
      ...(now !== to && masters.includes(name) && isMinorStep(now, to) ? [restartsAgain] : []),
      ...(now !== to && name === first && nodes.length > masters.length + 1
        ? ["it goes first of the workers, alone"]
        : []),
    ];
  };
  return [
    `Kubernetes: ${wayOf(from, to, left)}`,
    ...nodes.flatMap((name) => (about(name).length > 0 ? [`${name}: ${about(name).join("; ")}`] : [])),
  ];
}

function wayOf(from: string, to: string, left: readonly string[]): string {
  if (compareVersions(to, from) < 0) {
    return `${from} → ${to}: the upgrade is taken back. Masters that have gone to ${from} go back to ${to}, one at a time`;
  }
  const back =
    left.length === 0
      ? "All API servers have gone there: it cannot be taken back"
      : `Until the API server of ${left.at(-1) ?? ""} restarts, kubernetes.version: ${from} takes everything back; after that nothing does`;
  return [
    `${from} → ${to}: masters first, then kube-proxy and CoreDNS, then kubelets`,
    ...(left.length === 0
      ? []
      : ["Before anything restarts, the new programs judge all settings, and a snapshot of etcd is taken"]),
    back,
  ].join(". ");
}

function serversTurn(masters: readonly string[]): string {
  const meanwhile =
    masters.length === 1
      ? "the API is unavailable for some seconds"
      : "clients go on by the API servers of the other masters";
  return `API server, controller manager and scheduler restart one after the other, and ${meanwhile}`;
}

function kubeletTurn(
  now: string,
  { version, upgrade, drainTimeout }: Pick<Environment, "kubernetes">["kubernetes"],
): string {
  if (!isMinorStep(now, version) || !upgrade.drain) {
    return "its kubelet restarts in its turn, and its pods keep running";
  }
  return `its node is cordoned and drained (at most ${drainTimeout} s, disruption budgets respected), its kubelet restarts, and it takes pods again`;
}

/** A kubelet of another minor release may make containers of static pods anew. */
const restartsAgain = "with it the three may restart once more";
