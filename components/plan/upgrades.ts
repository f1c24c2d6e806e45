import { compareVersions } from "../artifacts";
import type { Consequence } from "./consequences";
import { release } from "./fixed";
import { having, type Topology } from "./topology";
import { minorNumber } from "./versions";

export interface UpgradeWays {
  /** Nodes are drained before their kubelets go to another minor release. */
  readonly drain: boolean;
  /** Seconds that this may take on each. */
  readonly drainTimeout: number;
}

/** What another release of Kubernetes means, for the cluster and for each of its machines. */
export function upgradeConsequences(before: Topology, after: Topology, ways: UpgradeWays): readonly Consequence[] {
  const [from, to] = [before.fixed[release], after.fixed[release]];
  if (from === undefined || to === undefined || from === to) return [];
  const masters = having(after, "master");
  const workers = having(after, "worker").filter((name) => !masters.includes(name));
  const back = compareVersions(to, from) < 0;
  const kubelet = kubeletTurn(from, to, ways);
  return [
    { subject: "Kubernetes", text: back ? takenBack(from, to) : goesOn(from, to, masters) },
    ...masters.map((name) => ({ subject: name, text: `${serversTurn(masters)}; later ${kubelet}${isMinor(from, to) ? restartsAgain : ""}` })),
    ...workers.map((name, at) => ({
      subject: name,
      text: `${kubelet}${at === 0 && workers.length > 1 ? "; it goes first of the workers, alone" : ""}`,
    })),
  ];
}

function goesOn(from: string, to: string, masters: readonly string[]): string {
  const last = masters.at(-1) ?? "";
  return [
    `${from} → ${to}: masters first, then kube-proxy and CoreDNS, then kubelets`,
    "Before anything restarts, the new programs judge all settings, and a snapshot of etcd is taken",
    `Until the API server of ${last} restarts, ${release}: ${from} takes everything back; after that only a restore of etcd does`,
  ].join(". ");
}

function takenBack(from: string, to: string): string {
  return `${from} → ${to}: the upgrade is taken back. Masters that have gone to ${from} go back to ${to}, one at a time`;
}

function serversTurn(masters: readonly string[]): string {
  const meanwhile =
    masters.length === 1 ? "the API is away for some seconds" : "clients go on by the API servers of the other masters";
  return `API server, controller manager and scheduler restart one after the other, and ${meanwhile}`;
}

/** A kubelet of another minor release may make containers of static pods anew. */
const restartsAgain = "; with it the three may restart once more";

function kubeletTurn(from: string, to: string, { drain, drainTimeout }: UpgradeWays): string {
  if (!isMinor(from, to) || !drain) return "its kubelet restarts in its turn, and its pods go on";
  return `its node is cordoned and drained (at most ${drainTimeout} s, disruption budgets respected), its kubelet restarts, and it takes pods again`;
}

function isMinor(from: string, to: string): boolean {
  return minorNumber(from) !== minorNumber(to);
}
