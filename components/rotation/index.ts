import { AsyncResource } from "node:async_hooks";
import { setTimeout as sleep } from "node:timers/promises";

import * as pulumi from "@pulumi/pulumi";

import { authoritiesOf, type CertificateSettings } from "../certificates/settings";
import type { Machine } from "../machine";
import { refuse } from "../plan";
import type { Running } from "../survey";
import { askAll, type AskArgs } from "./ask";
import { reportOf } from "./report";
import { refusalOf, shown, wordsOf } from "./stages";

export interface RotationArgs extends AskArgs {
  readonly environment: AskArgs["environment"] & CertificateSettings & { readonly stack: string };
  /** Releases that run, as machines told. */
  readonly running: Running;
}

/** What passes by itself is awaited for so long, seconds. */
const patience = 180;

/**
 * The authorities by which all machines go, as of the last run that was let in. Others are let in when every machine is through with the
 * stage before; in a preview, what that means is told.
 */
export class Rotation extends pulumi.Stash {
  /** The machines, their later scripts waiting for this. */
  readonly machines: readonly Machine[];
  /** The first authorities are not, or not alone, those that the cluster goes by. */
  readonly isRotated: boolean;

  constructor(name: string, args: RotationArgs, opts: pulumi.CustomResourceOptions = {}) {
    const after = [...authoritiesOf(args.environment)];
    const hook = new pulumi.ResourceHook(
      `keelson-${name}`,
      AsyncResource.bind(async ({ oldInputs }: pulumi.ResourceHookArgs) => {
        const known = oldInputs?.["input"] as readonly number[] | undefined;
        // A cluster of an earlier release has its first authorities.
        const runs = Object.keys(args.running.apiServers).length > 0;
        const before = known ?? (runs ? [1] : after);
        if (before.join() !== after.join()) await letIn(before, after, args);
      }),
      { onDryRun: true },
    );
    super(name, { input: after }, { ...opts, hooks: { beforeCreate: [hook], beforeUpdate: [hook] } });
    this.isRotated = after.join() !== "1";
    this.machines = args.machines.map((machine) => ({ ...machine, dependsOn: [...machine.dependsOn, this] }));
  }
}

async function letIn(before: readonly number[], after: readonly number[], args: RotationArgs): Promise<void> {
  const { stack } = args.environment;
  const refusal = refusalOf(before, after);
  if (refusal !== undefined) refuse(stack, [refusal]);
  const isPreview = pulumi.runtime.isDryRun();
  await pulumi.log.info(`authorities: ${wordsOf(before, after)}`);
  const { problems, passing, warnings } = await report(before, after, args, isPreview ? 0 : patience);
  for (const warning of warnings) await pulumi.log.info(`authorities: ${warning}`);
  const way = `. The way: set certificates.authority back to ${shown(before)}, run up until it is through, and go on then`;
  if (!isPreview) refuse(stack, [...problems.map((problem) => problem + way), ...passing]);
  for (const problem of [...problems, ...passing]) await pulumi.log.info(`authorities: not yet: ${problem}`);
}

/** Asks again while all that speaks against it passes by itself. */
async function report(before: readonly number[], after: readonly number[], args: RotationArgs, seconds: number) {
  const deadline = Date.now() + seconds * 1000;
  for (;;) {
    const found = reportOf({ before, after, told: await askAll(args) });
    if (found.problems.length > 0 || found.passing.length === 0 || Date.now() >= deadline) return found;
    await sleep(5000);
  }
}
