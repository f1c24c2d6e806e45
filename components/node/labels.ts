import * as k8s from "@pulumi/kubernetes";
import * as pulumi from "@pulumi/pulumi";

import type { MachineConfig } from "../machine";
import { stepOn, type Again, type Fleet } from "../script";
import type { ControlPlane } from "../master";
import { machineMark, NodeOwners } from "./owners";
import { labelsStep } from "./step";

export interface NodesArgs {
  readonly machines: readonly JoinedMachine[];
  /** The machines of the cluster. */
  readonly fleet: Fleet;
  readonly master: Pick<ControlPlane, "kubeconfig">;
}

export interface JoinedMachine {
  readonly config: MachineConfig;
  /** The machine's public host key, by which its node is known to be of this machine and not of one that was there before. */
  readonly identity: string | pulumi.Output<string>;
  /** Why it is to be given all of that once more. @default it has it */
  readonly anew?: Again;
  /** The machine's node leaves the cluster with this. */
  readonly member: pulumi.Resource;
  /** The machine's node is in the cluster, and ready, when this is there. */
  readonly ready: pulumi.Resource;
}

/** One line of the node table. */
export interface NodeRow {
  readonly name: string;
  readonly roles: readonly string[];
  readonly address: string;
  /** The kubelet's release, "v1.36.3". */
  readonly version: string;
  /** The container runtime as the node reports it, "docker://26.1.5". */
  readonly runtime: string;
}

/** Every node has the labels, annotations and taints of its machine's configuration, and takes pods or does not. */
export class Nodes extends pulumi.ComponentResource {
  /** The node table, as the cluster reported it when this component was last changed. */
  readonly rows: pulumi.Output<NodeRow[]>;

  constructor(name: string, args: NodesArgs, opts?: pulumi.ComponentResourceOptions) {
    super("keelson:nodes:Nodes", name, {}, opts);
    const owners = new NodeOwners(name, args.master.kubeconfig);
    const rows = args.machines.map(({ config, identity, anew, member, ready }) => {
      const resource = args.fleet.named(stepOn(config, labelsStep));
      owners.remember(resource, config);
      const node = new k8s.core.v1.NodePatch(resource, nodePatch(config, identity, anew), {
        parent: this,
        dependsOn: [ready],
        deletedWith: member,
        // What it was given anew for stays with it.
        ignoreChanges: anew ? [] : [`metadata.annotations["${anewMark}"]`],
        hooks: owners.hooks,
      });
      return node.status.apply((status) => rowOf(config, status));
    });
    this.rows = pulumi.all(rows);
    this.registerOutputs({ rows: this.rows });
  }
}

/** Another value of it is what makes the engine give a node once more what it has had. */
const anewMark = "keelson.io/joined";

type NodeStatus = k8s.types.output.core.v1.NodeStatusPatch;

/** A status is missing where the cluster has not told any yet. */
function rowOf({ name, roles, address }: MachineConfig, status: NodeStatus | undefined): NodeRow {
  const { kubeletVersion, containerRuntimeVersion } = status?.nodeInfo ?? {};
  return { name, roles, address, version: kubeletVersion ?? "", runtime: containerRuntimeVersion ?? "" };
}

/**
 * What the configuration says of a node, and nothing else of it: fields that are not given stay whoever's they are,
 * such as the taint that keeps pods off a master, or a cordon by hand. An empty list of taints is no field either: where a
 * master takes pods, its own script sees to that.
 */
export function nodePatch(
  machine: MachineConfig,
  identity: JoinedMachine["identity"],
  anew?: Again,
): k8s.core.v1.NodePatchArgs {
  const role: Record<string, string> = machine.roles.includes("worker") ? { "node-role.kubernetes.io/worker": "" } : {};
  return {
    metadata: {
      name: machine.name,
      labels: { ...role, ...machine.labels },
      // The kubelet and kubeadm set some of the same fields first.
      annotations: {
        "pulumi.com/patchForce": "true",
        [machineMark]: identity,
        ...(anew ? { [anewMark]: anew.token } : {}),
        ...machine.annotations,
      },
    },
    spec: {
      ...(machine.taints === undefined ? {} : { taints: [...machine.taints] }),
      ...(machine.unschedulable ? { unschedulable: true } : {}),
    },
  };
}
