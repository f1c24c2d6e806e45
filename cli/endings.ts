import type { exits } from "./commands";

/**
 * By which words a failure is known as one of a kind. An error's own kind does not survive the engine, which hands on texts:
 * these are held by tests to the places where they are raised. Of a run that failed in several ways, the first here counts.
 */
const markers: readonly (readonly [keyof typeof exits, RegExp])[] = [
  // components/ssh/reachability.ts, then the plugin's own words when a machine falls silent in between.
  ["unreachable", /(?:\d+ machines? (?:does|do)|the bastion does) not answer:/],
  ["unreachable", /host key mismatch/],
  ["unreachable", /after \d+ failed attempts: /],
  // components/ssh/failures.ts
  ["unreachable", / refuses the login of | is not reached: the bastion /],
  // components/endpoint/api.ts
  ["unreachable", /the cluster's API at \S+ does not answer/],
  // The Kubernetes plugin's words, and those of its stand-in.
  ["unreachable", /Kubernetes cluster is unreachable|due to unreachable cluster|the cluster at \S+ cannot be reached/],
  // components/machine/preflight.sh
  ["unfit", / is not fit, and nothing was changed on it:/],
  // components/pairs/index.ts
  ["unfit", / cannot work together, and nothing was changed on any:/],
  // components/settings/problems.ts, place.ts
  ["refused", /; nothing was contacted:/],
  ["refused", /a stack cannot be named "/],
  ["refused", /the state of stack \S+ lies in this checkout/],
  // components/plan, components/survey/identity.ts
  ["refused", / cannot change like this; nothing was touched:/],
  ["refused", / would take machines over, and nothing was touched:/],
];

/** What kind of end the texts of a failure speak of. */
export function endingOf(texts: readonly string[]): keyof typeof exits {
  const found = markers.find(([, marker]) => texts.some((text) => marker.test(text)));
  return found?.[0] ?? "failed";
}
