import { z } from "zod";

import { bytes, fields as f, millicpu, show, type Owned } from "../settings";
import { machineSsh } from "../ssh/settings";

export { etcdMembersOf, having, mastersOf, workersOf, type MachineConfig } from "./roles";

/** Why a program's flag that names members of etcd is refused. */
export const flagOfMembers = 'it follows from the machines with the role "etcd": leave it out';

/** Labels that the kubelet gives its node. */
export const nodeLabels: Owned = {
  "kubernetes.io/arch": "the kubelet sets it: leave it out",
  "kubernetes.io/hostname": "the kubelet sets it: leave it out",
  "kubernetes.io/os": "the kubelet sets it: leave it out",
};

const name = /^[A-Za-z0-9]([-A-Za-z0-9_.]{0,61}[A-Za-z0-9])?$/;
const prefix = /^(?=.{1,253}\/)([a-z0-9]([-a-z0-9]{0,61}[a-z0-9])?\.)*[a-z0-9]([-a-z0-9]{0,61}[a-z0-9])?\//;

/** Whether Kubernetes takes a text as the key of a label, an annotation or a taint. */
const isKey = (key: string) => name.test(key.replace(prefix, ""));

const isValue = (value: string) => value === "" || name.test(value);

const keySyntax =
  'use at most 63 letters, digits and "-_.", after a DNS name and "/" if need be, as in "example.com/rack"';
const valueSyntax = 'use at most 63 letters, digits and "-_.", with a letter or digit at both ends';

/** The value of a label. YAML reads true and 1.10 as other things than texts, so quotes are asked for. */
const quoted = (valid: (text: string) => boolean, fault: string) =>
  z.custom<string>((value) => typeof value === "string" && valid(value), {
    error: ({ input }) =>
      typeof input === "string"
        ? `${show(input)} ${fault}`
        : `${show(input)} is no string: put it in quotes, ${JSON.stringify(show(input))}`,
  });

function keyed(
  what: string,
  value: z.ZodType<string>,
  owned: Owned,
  refused: (key: string) => string | undefined = () => undefined,
) {
  return f
    .refusing(z.record(z.string(), value), owned, (key) =>
      isKey(key) ? refused(key) : `${show(key)} is no key of ${what}: ${keySyntax}`,
    )
    .default({});
}

const taint = z.strictObject({
  key: f.text("a key as labels have", isKey, "is no key of a taint", keySyntax).describe("What repels pods."),
  value: f
    .text("a value as labels have", isValue, "is no value of a taint", valueSyntax)
    .optional()
    .describe("Distinguishes taints with the same key."),
  effect: z
    .enum(["NoSchedule", "PreferNoSchedule", "NoExecute"])
    .describe(
      "What happens to pods that do not tolerate it: not scheduled, scheduled elsewhere if possible, or also evicted.",
    ),
});

function quantity(parse: (value: unknown) => number | undefined, example: string) {
  return z
    .custom<string | number>((value) => parse(value) !== undefined, {
      error: ({ input }) => `${show(input)} is no quantity above zero: use ${example}`,
    })
    .transform((value) => parse(value) ?? 0)
    .optional()
    .meta({ values: `a quantity, ${example}` });
}

const allocatable = z.strictObject({
  cpu: quantity(millicpu, '"500m" or "2"').describe("Cores for pods; the rest is reserved for the system."),
  memory: quantity(bytes, '"3G" or "3Gi"').describe("Bytes of memory for pods; the rest is reserved for the system."),
});

export const machine = z
  .strictObject({
    name: f.dnsLabel().describe("Name of the machine and its node; no other machine has it."),
    roles: f
      .list(z.enum(["master", "etcd", "worker"]))
      .min(1, { error: "is an empty list: give the machine a role, or leave the machine out" })
      .default(["worker"])
      .describe(
        "What runs on it: the control plane, a member of etcd, pods. A master that is also a worker takes pods. If no machine has the role etcd, the masters are its members.",
      ),
    address: f.ipv4().optional().describe("Address under which the other machines reach it.").meta({
      defaultsTo:
        "for local machines the one they have, or else a free one of local.subnet, from the eleventh; required for ssh",
    }),
    image: f
      .image()
      .optional()
      .describe(
        "Image of its container; only with provider local. Another image rebuilds the machine: what is on its disk is lost, and it joins as the node it was.",
      )
      .meta({ defaultsTo: "`local.image`" }),
    ssh: machineSsh
      .optional()
      .describe("How to log in, where it differs from the stack's ssh; only with provider ssh."),
    labels: keyed("a label", quoted(isValue, `is no value of a label: ${valueSyntax}`), nodeLabels)
      .describe("Labels of its node.")
      .meta({ values: "a map of strings" }),
    annotations: keyed(
      "an annotation",
      quoted(() => true, ""),
      {},
      (key) => {
        if (key.startsWith("pulumi.com/")) return "is Pulumi's own, and never reaches the node: leave it out";
        return key.startsWith("keelson.io/") ? "keelson sets it itself: leave it out" : undefined;
      },
    )
      .describe("Annotations of its node.")
      .meta({ values: "a map of strings" }),
    taints: z
      .array(taint)
      .superRefine((taints, context) => {
        for (const [index, { key, effect }] of taints.entries()) {
          if (taints.findIndex((other) => other.key === key && other.effect === effect) === index) continue;
          const message = `${show(key)} with ${effect} is there twice: leave one out, or give them different effects`;
          context.addIssue({ code: "custom", path: [index], message });
        }
      })
      .optional()
      .describe(
        "Taints of its node; they replace those it has, and a new worker registers with them. With a list, even an empty one, a master has kubeadm's control-plane taint only if the list has it. When the list is taken out, so are its taints, and no others.",
      )
      .meta({ defaultsTo: "what kubeadm gives it: masters that are no workers have the control-plane taint" }),
    unschedulable: z
      .boolean()
      .default(false)
      .describe("No new pods are scheduled on its node (cordon); a new worker takes none from the beginning."),
    sharedKernel: z
      .boolean()
      .default(false)
      .describe(
        "The machine is a container (LXC, Docker) on the kernel and the disk of another computer: kernel-wide settings are left as they are, and pods are evicted when less than 1 GiB of that disk is free instead of at a percentage. Always so for local machines.",
      ),
    adopt: z
      .boolean()
      .default(false)
      .describe(
        "The machine has a Docker Engine of its own, whose containers, volumes and images stay: it is used as it is, and neither its packages nor its daemon.json are touched, now or when the machine leaves. The kubelet deletes no images in it until the disk is so full that it evicts pods. Images that a bundle brought go when the machine leaves; those that pods had pulled stay. Only with provider ssh and runtime docker; a machine at whose Docker, containerd or Podman others work is refused without it.",
      ),
    lost: z
      .boolean()
      .default(false)
      .describe(
        "The machine is gone for good: its node is deleted, its member of etcd is removed, and it is not contacted. Take it out of the list afterwards, or set this to false when it is there again.",
      ),
    allocatable: allocatable
      .optional()
      .describe("Resources of the machine that are for pods.")
      .meta({ defaultsTo: "all that it has" }),
  })
  .meta({
    example: {
      name: "worker-1",
      address: "192.0.2.21",
      ssh: { hostKey: "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIDBvWw8urOnuekSggdAeCYUTiIyLl0vrqnTh/7QEUQja" },
      labels: { "example.com/disk": "nvme" },
      taints: [{ key: "example.com/dedicated", value: "storage", effect: "NoSchedule" }],
      allocatable: { cpu: "3500m", memory: "12Gi" },
    },
  });

/** One machine as the stack's file has it. */
export type MachineSettings = z.output<typeof machine>;
