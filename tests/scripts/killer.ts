import { readdirSync, readFileSync, statSync } from "node:fs";
import { join } from "node:path";

/**
 * A preamble of a script that ends it before the last command of this number that puts something in its place, has a unit do
 * something, or has kubeadm write; or before one of other programs that are named.
 */
export const killer = (at: number, ...others: readonly string[]) => `
commands=0
watch() {
  case $1 in mv\\ * | cp\\ * | systemctl\\ * | kubeadm\\ *${others.map((name) => ` | ${name}\\ *`).join("")}) commands=$((commands + 1)) ;; *) return 0 ;; esac
  [ "$commands" != ${at} ] || kill -9 $$
}
set -T
trap 'watch "$BASH_COMMAND"' DEBUG
`;

/** Between steps at which a run is killed. With EVERY_STEP=1, as in `make test-all`, it is killed at each. */
const stride = process.env.EVERY_STEP === "1" ? 1 : 4;

/**
 * Has a run killed at its first step, and at others after it, until one is done; the number of steps that it takes, at least. What
 * is called says how the run ended: null where it was killed.
 */
export function killAtSteps(run: (step: number) => number | null): number {
  for (let step = 1; ; step += stride) {
    const status = run(step);
    expect([null, 0]).toContain(status);
    if (status === 0) return step;
  }
}

/** Every file that the machine below a directory would have, with what is in it; what is another one for each run is left out. */
export function filesBelow(directory: string): Readonly<Record<string, string>> {
  const found = readdirSync(directory, { recursive: true, encoding: "utf8" })
    .filter((path) => /^(etc|var|running)\//.test(path) && !/\/(ran|lock|rollout\/wrote)$|\.good\/.*\.new$/.test(path))
    .filter((path) => statSync(join(directory, path)).isFile());
  return Object.fromEntries(found.sort().map((path) => [path, readFileSync(join(directory, path), "utf8")]));
}
