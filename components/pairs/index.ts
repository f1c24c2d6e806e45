import { AsyncResource } from "node:async_hooks";

import * as pulumi from "@pulumi/pulumi";

import type { Environment } from "../environment";
import { localLogin } from "../local";
import type { Machine, MachineConfig } from "../machine";
import { sshLogin } from "../ssh";
import type { Asked } from "../survey";
import { tryPairs } from "./ask";
import { reportOf } from "./report";
import { wantedPairs, type Pair } from "./wanted";

export { reportOf, type Report } from "./report";
export { tryPairs } from "./ask";
export { wantedPairs, type Pair } from "./wanted";

export interface PairsArgs {
  readonly environment: Environment;
  readonly machines: readonly Machine[];
  /** What machines told before the run: one that is the cluster's is not new. */
  readonly asked: readonly Asked[];
}

/**
 * The ways between machines, as far as a new one is at an end of them: they are tried before anything is changed on any, and one
 * that is closed is a refusal. By which machines they were tried last is kept in the state.
 */
export class Pairs extends pulumi.Stash {
  constructor(
    name: string,
    private readonly args: PairsArgs,
    opts: pulumi.CustomResourceOptions = {},
  ) {
    const { machines } = args;
    const present = machines.filter(({ config }) => !config.lost);
    const identities = pulumi
      .all(present.map(({ name, identity }) => pulumi.output(identity).apply((known) => `${name} ${known}`)))
      .apply((known) => [...known].sort());
    const guard = new pulumi.ResourceHook(
      `keelson-${name}`,
      AsyncResource.bind(async ({ oldInputs }: pulumi.ResourceHookArgs) => {
        const before = (oldInputs?.["input"] ?? []) as readonly string[];
        const pairs = this.wanted(before.map((line) => line.split(" ")[0] ?? ""));
        if (pairs.length === 0) return;
        if (pulumi.runtime.isDryRun()) await pulumi.log.info(announcement(pairs));
        else await this.letIn(pairs);
      }),
      { onDryRun: true },
    );
    super(
      name,
      { input: identities },
      {
        ...opts,
        dependsOn: [
          ...((opts.dependsOn as pulumi.Resource[] | undefined) ?? []),
          ...present.flatMap(({ dependsOn }) => dependsOn),
        ],
        hooks: { beforeCreate: [guard], beforeUpdate: [guard] },
      },
    );
  }

  /** Those that are silent now are told as such by whoever needs them next, and are not waited for here. */
  private wanted(before: readonly string[]): readonly Pair[] {
    const { environment, asked } = this.args;
    const known = new Map(asked.map(({ config, answer, silence }) => [config.name, silence ?? answer?.owner]));
    const isNew = (name: string) =>
      environment.survey === "off" ? !before.includes(name) : known.get(name) === undefined;
    const silent = new Set(asked.flatMap(({ config, silence }) => (silence === undefined ? [] : [config.name])));
    return wantedPairs(environment, isNew).filter(({ from, to }) => !silent.has(from.name) && !silent.has(to.name));
  }

  private async letIn(pairs: readonly Pair[]): Promise<void> {
    const { environment, asked } = this.args;
    const answered = new Set(asked.flatMap(({ config, answer }) => (answer ? [config.name] : [])));
    const login = ({ name, ssh }: MachineConfig) =>
      environment.provider === "local" ? localLogin(environment, name) : sshLogin(ssh);
    const tried = await tryPairs({ environment, pairs, login, answered });
    const { problems, warnings } = reportOf(tried);
    for (const warning of warnings) await pulumi.log.info(warning);
    if (problems.length === 0) {
      await pulumi.log.info(outcome(tried.pairs.length, pairs.length));
      return;
    }
    throw new pulumi.RunError(
      `the machines of stack "${environment.stack}" cannot work together, and nothing was changed on any:\n${problems.map((problem) => `  - ${problem}`).join("\n")}`,
    );
  }
}

/** Machines reach each other only as far as that was tried. */
function outcome(tried: number, wanted: number): string {
  return tried === wanted
    ? `machines reach each other: ${tried} ways were tried`
    : `of ${wanted} ways between machines ${tried} were tried`;
}

function announcement(pairs: readonly Pair[]): string {
  const ports = new Set(
    pairs.map(({ kind, port }) => (kind === "vrrp" ? "protocol 112" : `${kind.toUpperCase()} ${port}`)),
  );
  return `before anything is changed on machines, ${pairs.length} ways between them are tried (${[...ports].join(", ")}), the size of packets, their clocks, and whether one is a copy of another`;
}
