import { randomUUID } from "node:crypto";
import { AsyncResource } from "node:async_hooks";

import * as pulumi from "@pulumi/pulumi";

import { onceKnown } from "../ssh";
import type { Asked } from ".";

/**
 * What the cluster is known by, made once for the stack's life and kept on each of its machines: a machine of another cluster is
 * never taken over.
 */
export class ClusterIdentity extends pulumi.Stash {
  private readonly asked: readonly Asked[];

  constructor(name: string, { asked }: { readonly asked: readonly Asked[] }, opts: pulumi.CustomResourceOptions = {}) {
    // A state that has none yet cannot have named a machine.
    const first = new pulumi.ResourceHook(
      `keelson-${name}`,
      AsyncResource.bind(() => refuseOthers(asked, undefined)),
      { onDryRun: true },
    );
    // Another in each run until it is made: a preview's plan could not be kept with it.
    const input: unknown = pulumi.runtime.isDryRun() ? pulumi.unknown : `${randomUUID()} ${pulumi.getStack()}`;
    super(name, { input }, { ...opts, ignoreChanges: ["input"], hooks: { beforeCreate: [first] } });
    this.asked = asked;
  }

  /**
   * "ID STACK", with the name that the stack had then; not known in a preview of the cluster's first run. "" where a run with `--target` leaves it out and the state,
   * an earlier release's, has none.
   */
  get cluster(): pulumi.Output<string> {
    return this.input.apply((id: string | undefined) => id ?? "");
  }

  /** What the cluster is known by, undefined while that is to come; throws where a machine that was asked is of another one. */
  async refuseOthers(): Promise<string | undefined> {
    const id = await onceKnown(this.cluster, undefined);
    if (id !== undefined && id !== "") refuseOthers(this.asked, id);
    return id;
  }
}

/** Throws where a machine that was asked is not of the cluster `id`. */
export function refuseOthers(asked: readonly Asked[], id: string | undefined): void {
  const others = asked.flatMap(({ config: { name, address }, answer }) => {
    const owner = answer?.owner ?? "-";
    const [cluster = "", stack = ""] = owner.split(" ");
    return owner === "-" || owner === id ? [] : [{ name, address, cluster, stack }];
  });
  if (others.length === 0) return;
  const lines = others.map(
    ({ name, address, cluster, stack }) =>
      `\n  - ${name} (${address}) is of the cluster of stack "${stack}" (${cluster})`,
  );
  throw new pulumi.RunError(
    `stack "${pulumi.getStack()}"${id === undefined ? ", whose state knows of no cluster," : ` (${id.split(" ")[0] ?? ""})`} would take machines over, and nothing was touched:${lines.join("")}\n` +
      "To go on with that cluster, use its stack and its state: pulumi login, pulumi stack select, and pulumi stack import where it was exported. " +
      "Where these are wrong addresses, correct them under machines. " +
      "Where that cluster is to go, run pulumi destroy with its state; where its state is lost for good, run sudo bash /var/lib/keelson/undo on each of its machines, which takes off all that it put there, its data too. " +
      "Where this state is an older export of the same cluster, remove /var/lib/keelson/cluster on each machine first",
  );
}
