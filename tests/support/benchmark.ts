import { join } from "node:path";

import { checksWith, type Finding } from "../../toolchain/benchmark/findings";
import { benchmark } from "../../toolchain/benchmark/run";
import { TestMachine } from "./machine";
import { here, root } from "./stack";

/** Has kube-bench there; where it is not built yet, that takes minutes. */
export function hasBenchmark(): void {
  here(join(root, "toolchain", "benchmark", "obtain"));
}

/** The checks of the CIS benchmark that fail on machines of a stack, each with those on which it does. */
export function failuresOf(
  stack: string,
  machines: readonly { readonly name: string; readonly roles: readonly string[] }[],
): readonly object[] {
  const findings: readonly Finding[] = machines.flatMap(({ name, roles }) => {
    const machine = new TestMachine(`keelson-${stack}-${name}`);
    return benchmark(name, roles, (script, input) =>
      input === undefined ? machine.run(script) : machine.feed(script, input),
    );
  });
  if (findings.length <= 100) throw new Error(`kube-bench checked ${findings.length} things alone`);
  return checksWith(findings, "FAIL");
}
