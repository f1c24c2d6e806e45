import { z } from "zod";

import { artifacts, etcdVersion, version } from "../artifacts/settings";
import { backup, restore } from "../backup/settings";
import { certificates } from "../certificates/settings";
import { docker, runtime } from "../docker/settings";
import { endpoints } from "../endpoint/settings";
import { etcd } from "../etcd/settings";
import { kubelet } from "../kubelet/settings";
import { local } from "../local/settings";
import { machine } from "../machine/settings";
import { apiServer, bindPort, controllerManager, filesDirectory, scheduler, security } from "../master/settings";
import { flannel, networking } from "../network/settings";
import { drainTimeout, maxUnavailable, upgrade } from "../node/settings";
import { Secret, type Path } from "../settings";
import { ssh } from "../ssh/settings";
import { survey } from "../survey/settings";
import { workloads } from "../workloads/settings";

/*
 * The sections of a stack's configuration. What a section has is said by the chapter that it is for, in its settings.ts; the
 * reference in docs/configuration.md is made of them all by `npm run docs`.
 */

/** What the chapters of the cluster itself have in common. */
const kubernetes = z
  .strictObject({
    version,
    runtime,
    bindPort,
    ...endpoints,
    maxUnavailable,
    drainTimeout,
    upgrade: upgrade.describe("How nodes are upgraded to another release."),
    networking: networking.prefault({}).describe("The networks inside the cluster."),
    apiServer: apiServer.prefault({}).describe("kube-apiserver."),
    controllerManager: controllerManager.describe("kube-controller-manager."),
    scheduler: scheduler.describe("kube-scheduler."),
    kubelet: kubelet.prefault({}).describe("The kubelets of all machines."),
    security: security.prefault({}).describe("What the API servers let in, and what they write down."),
  })
  .meta({
    example: {
      version: "1.36.4",
      virtualAddress: "192.0.2.10",
      maxUnavailable: "10%",
      apiServer: { certSANs: ["api.example.com"], extraArgs: { "audit-log-maxage": "90" } },
      kubelet: { configuration: { maxPods: 200 } },
    },
  });

const etcdSection = z
  .strictObject({
    version: etcdVersion,
    ...etcd.shape,
    backup: backup.optional().describe("Backups of etcd, encrypted and verified; none are made without it."),
    restore: restore.optional().describe("Sets etcd back to a backup, once; see docs/disaster-recovery.md."),
  })
  .meta({ example: { dataDir: "/srv/etcd", extraArgs: { "auto-compaction-retention": "8" } } });

export const configuration = z.strictObject({
  provider: z
    .enum(["local", "ssh"])
    .describe("Where machines come from: containers on this computer, or machines that answer over SSH.")
    .meta({ immutable: true, example: "ssh" }),
  local: local.optional().describe("The machines as containers; only with provider local."),
  machines: z.array(machine).describe("Every machine, each by a name."),
  ssh: ssh.optional().describe("How to log in to the machines; only with provider ssh."),
  survey,
  kubernetes: kubernetes.prefault({}).describe("The cluster."),
  docker: docker.prefault({}).describe("Docker Engine on all machines."),
  etcd: etcdSection.prefault({}).describe("etcd, which keeps the cluster's state."),
  flannel: flannel.prefault({}).describe("flannel, the pod network."),
  certificates: certificates.prefault({}).describe("How long certificates are valid, and when they are renewed."),
  artifacts: artifacts.prefault({}).describe("Where programs and images come from; every one is verified."),
  workloads: workloads.prefault({}).describe("What runs in the cluster as an example."),
});

/** A configuration whose every field is well-formed and has its default; fields may still contradict each other. */
export type Configuration = z.output<typeof configuration>;

/** What stands for a field that must be there, when it is not there or wrong. */
export function standIn(path: Path): unknown {
  const last = path.at(-1);
  if (path.length === 2 && path[0] === "machines") return { name: `stand-in-${String(last)}` };
  const byName: Record<PropertyKey, unknown> = {
    provider: "local",
    machines: [],
    name: `stand-in-${String(path.at(-2))}`,
    key: "stand-in",
    effect: "NoSchedule",
    host: "stand-in",
    path: `${filesDirectory}/stand-in-${String(path.at(-2))}`,
    hostPath: "/stand-in",
    mountPath: `/stand-in-${String(path.at(-2))}`,
    to: "/stand-in",
    password: new Secret("stand-in"),
    generation: 1,
  };
  return Object.hasOwn(byName, last ?? "") ? byName[last ?? ""] : undefined;
}
