import { listed } from "../plan";

/**
 * What a change of the list of authorities is, of which the first issues: another is trusted, it issues, the one before issues again, or
 * one is forgotten; undefined where it is none of these.
 */
export type Stage = "trust" | "issue" | "back" | "forget";

export function stageOf(before: readonly number[], after: readonly number[]): Stage | undefined {
  const [first = 0, second] = before;
  const [next = 0, last] = after;
  if (second === undefined) return next === first && last !== undefined && last > first ? "trust" : undefined;
  if (next === second && last === first) return next > last ? "issue" : "back";
  return last === undefined && next === first ? "forget" : undefined;
}

/** Why authorities cannot become others in one go, with the way that is safe; undefined where they can. */
export function refusalOf(before: readonly number[], after: readonly number[]): string | undefined {
  if (stageOf(before, after)) return undefined;
  const change = `certificates.authority is ${shown(before)} and cannot become ${shown(after)} at once`;
  const way = wayTo(before, after);
  if (way.length === 0) {
    const next = Math.max(...before, ...after) + 1;
    return `${change}: an authority that was forgotten is not made again. The way: use a higher number, as in ${shown([before[0] ?? 1, next])}`;
  }
  const steps = way.map((list, at) => `${at + 1}. set it to ${shown(list)}, and run up`);
  return `${change}: all machines trust an authority before it issues, and go by it before the one before is forgotten. The safe order: ${steps.join("; ")}`;
}

/** The stages from one list to another; none where there is no way. */
function wayTo(before: readonly number[], after: readonly number[]): readonly (readonly number[])[] {
  const seen = new Set<string>();
  const next = Math.max(...after);
  let ways: (readonly (readonly number[])[])[] = [[before]];
  while (ways.length > 0) {
    const found = ways.find((way) => way.at(-1)?.join() === after.join());
    if (found) return found.slice(1);
    ways = ways.flatMap((way) => {
      const [first = 0, second] = way.at(-1) ?? [];
      const steps = second === undefined ? [[first, next]] : [[second, first], [first]];
      return steps
        .filter((step) => stageOf(way.at(-1) ?? [], step) && !seen.has(step.join()))
        .map((step) => {
          seen.add(step.join());
          return [...way, step];
        });
    });
  }
  return [];
}

/** As a stack's file has it: "2", "[1, 2]". */
export function shown(authorities: readonly number[]): string {
  return authorities.length === 1 ? String(authorities[0]) : `[${authorities.join(", ")}]`;
}

const servers =
  "API servers, controller managers and schedulers restart, one master after the other; kubelets restart in their turns, and pods keep running";
const members = "members of etcd restart, one after the other";
const addons = "kube-proxy, flannel and CoreDNS restart, pod after pod";

/** What a stage means. */
export function wordsOf(before: readonly number[], after: readonly number[]): string {
  const [first = 0] = before;
  const [issuer = 0, other = 0] = after;
  const dropped = before.filter((number) => !after.includes(number));
  switch (stageOf(before, after)) {
    case "trust":
      return `authority ${other} is made, and trusted everywhere besides ${first}, which issues as before: ${members}; ${servers}; ${addons}. Next: certificates.authority: ${shown([other, first])}. Taken back by ${shown(before)}`;
    case "issue":
    case "back":
      return `authority ${issuer} issues from now on, and ${other} is trusted still: certificates of masters, members and kubelets, the administrator's kubeconfig, and tokens of pods are issued again; ${servers}; ${addons}; members of etcd do not restart. A kubeconfig elsewhere has to trust ${issuer}: use the stack's. Next: certificates.authority: ${shown([issuer])}. Taken back by ${shown(before)}`;
    default:
      return `authority ${listed(dropped.map(String))} is forgotten everywhere${dropped.some((number) => number < issuer) ? ", and this cannot be taken back" : ""}: certificates, kubeconfigs and tokens that it issued are refused from now on; ${members}; ${servers}; ${addons}`;
  }
}
