import { AsyncResource } from "node:async_hooks";

import * as pulumi from "@pulumi/pulumi";

import { demand, type Question } from "../endpoint";
import type { MachineConfig } from "../machine";
import { mastersTaint } from "../master";
import { onceKnown } from "../ssh";

type Taint = Readonly<{ key: string; value?: string; effect: string }>;
type Bag = Readonly<Record<string, unknown>>;

/** A node, as far as it matters here who owns what of it. */
interface LiveNode {
  readonly metadata: Readonly<{ resourceVersion: string; managedFields?: readonly Owner[] }>;
  readonly spec?: Readonly<{ taints?: readonly Taint[] }>;
}

/** Source: Kubernetes documentation, "Server-Side Apply". */
interface Owner {
  readonly manager: string;
  readonly operation: string;
  readonly fieldsV1?: Readonly<{ "f:metadata"?: Readonly<{ "f:annotations"?: Bag }> }>;
}

/** The annotation that says whose machine a node is. */
export const machineMark = "keelson.io/machine";

const applies = "application/apply-patch+yaml";
const merges = "application/merge-patch+json";
/** Of a list that others have in view. */
const taintsManager = "keelson-taints";
const maxAttempts = 5;

/**
 * The API keeps a field of a node for as long as anybody owns it, and the state knows of one owner, the node's resource. What is taken out
 * of the configuration goes also where there are others: a resource that a run before this one made and did not come to note, or that
 * left the state with a machine that stayed after all; and of the list of taints, which has one owner at a time, whoever changed it last.
 */
export class NodeOwners {
  /** What the engine calls when it makes a node's resource, or changes it. */
  readonly hooks: pulumi.ResourceHookBinding;
  private readonly machines = new Map<string, MachineConfig>();

  constructor(
    name: string,
    private readonly kubeconfig: pulumi.Output<string>,
  ) {
    const hook = (moment: string, action: pulumi.ResourceHookFunction) =>
      new pulumi.ResourceHook(`keelson-${name}-${moment}`, AsyncResource.bind(action));
    this.hooks = {
      afterCreate: [hook("made", (args) => this.made(args))],
      beforeUpdate: [hook("changing", (args) => this.changing(args))],
    };
  }

  /** The resource of that name is of the machine's node. */
  remember(resource: string, machine: MachineConfig): void {
    this.machines.set(resource, machine);
  }

  /** Another one may have what this one has; a failure is told and no more, for each change looks again. */
  private async made({ name, newOutputs }: pulumi.ResourceHookArgs): Promise<void> {
    const machine = this.machines.get(name);
    if (!machine) return;
    try {
      await this.release(machine.name, newOutputs);
    } catch (error) {
      await pulumi.log.warn(`${(error as Error).message}; the next change of the node does it`);
    }
  }

  /** Before the resource lets go of what it has. */
  private async changing({ name, oldInputs, newInputs, oldOutputs }: pulumi.ResourceHookArgs): Promise<void> {
    const machine = this.machines.get(name);
    if (!machine) return;
    await this.release(machine.name, oldOutputs);
    const [before, now] = [oldInputs, newInputs].map(taintsOf);
    if (before && before.length > 0 && (now ?? []).length === 0) await this.takeOff(machine, before);
  }

  /** Whoever else wrote which machine's node it is, as nobody but this program does, owns nothing of it any more. */
  private async release(node: string, outputs: unknown): Promise<void> {
    const own = (outputs as Bag | undefined)?.["__fieldManager"];
    if (typeof own !== "string") return;
    const { metadata } = (await this.read(node)) ?? {};
    for (const { manager } of (metadata?.managedFields ?? []).filter((owner) => isForgotten(owner, own))) {
      await this.change(node, { form: applies, query: { fieldManager: manager }, body: whole({ name: node }) });
    }
  }

  /** The configuration's taints go, and those of others stay. What kubeadm has of a master that is told of no list becomes somebody's. */
  private async takeOff({ name, roles, taints }: MachineConfig, given: readonly Taint[]): Promise<void> {
    const isKubeadms = (taint: Taint) =>
      taints === undefined && roles.includes("master") && isSame(taint, mastersTaint);
    for (let attempt = 1; attempt <= maxAttempts; attempt++) {
      const live = await this.read(name);
      const found = live?.spec?.taints ?? [];
      const left = found.filter((taint) => isKubeadms(taint) || !given.some((one) => isSame(one, taint)));
      if (!live || (left.length === found.length && !left.some(isKubeadms))) return;
      const { resourceVersion } = live.metadata;
      const change =
        left.length > 0
          ? {
              ...{ form: applies, query: { fieldManager: taintsManager, force: "true" } },
              body: { ...whole({ name, resourceVersion }), spec: { taints: left } },
            }
          : { form: merges, body: { metadata: { resourceVersion }, spec: { taints: null } } };
      if (await this.change(name, change)) return;
    }
    throw new Error(`the taints of ${name} change all the time, and the configuration's are still on it: run up again`);
  }

  /** Undefined where there is none. */
  private async read(node: string): Promise<LiveNode | undefined> {
    const { status, text } = await this.ask(node, {});
    return status === 404 ? undefined : (JSON.parse(text) as LiveNode);
  }

  /** False where somebody else has changed the node meanwhile. */
  private async change(
    node: string,
    {
      query = {},
      ...question
    }: Pick<Question, "form" | "body"> & { readonly query?: Readonly<Record<string, string>> },
  ): Promise<boolean> {
    const { status } = await this.ask(
      node,
      { ...question, method: "PATCH" },
      `?${new URLSearchParams(query).toString()}`,
    );
    return status !== 409;
  }

  private async ask(
    node: string,
    question: Omit<Question, "path">,
    query = "",
  ): Promise<{ status: number; text: string }> {
    const failure = `what earlier runs gave the node ${node} could not be taken off`;
    const kubeconfig = await onceKnown(this.kubeconfig, "");
    return demand(kubeconfig, { ...question, path: `/api/v1/nodes/${node}${query}` }, { failure, also: [404, 409] });
  }
}

const isSame = (one: Taint, other: Taint) => one.key === other.key && one.effect === other.effect;

const whole = (metadata: Bag) => ({ apiVersion: "v1", kind: "Node", metadata });

const taintsOf = (inputs: unknown) => (inputs as LiveNode | undefined)?.spec?.taints;

/** A manager that is none of the state's. Resources of other stacks of the user's do not say whose machine it is. */
const isForgotten = ({ manager, operation, fieldsV1 }: Owner, own: string) =>
  manager !== own &&
  manager.startsWith("pulumi-kubernetes-") &&
  operation === "Apply" &&
  fieldsV1?.["f:metadata"]?.["f:annotations"]?.[`f:${machineMark}`] !== undefined;
