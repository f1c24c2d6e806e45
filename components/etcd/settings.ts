import { z } from "zod";

import * as f from "../settings/fields";
import { flags } from "../settings/foreign";
import { etcdFlags } from "../settings/owned";
import { show } from "../settings/show";

/** Directories of the system and of other programs, which etcd must not empty. */
const foreignDirectory = new RegExp(
  [
    "^/[^/]+$",
    "^/(var|usr|etc|lib|root|run|tmp)/[^/]+$",
    "^/etc/(kubernetes|etcd|cni)/",
    "^/(usr/(local/)?)?(s?bin|lib\\d*|boot)(/|$)",
    "^/opt/(cni|containerd|keelson)/",
    "^/var/log/(pods|containers)(/|$)",
    "^/var/lib/(keelson|kubelet|docker|containerd|cri-dockerd|cni)(/|$)",
  ].join("|"),
);

/** Directories in memory, or whose old files are deleted. Source: file-hierarchy(7); tmpfiles.d(5). */
const fleeting = /^\/((var\/)?run|dev|proc|sys|(var\/)?tmp)(\/|$)/;

export const etcd = z.strictObject({
  dataDir: f
    .absolutePath()
    .refine((path) => !fleeting.test(path), {
      error: ({ input }) =>
        `${show(input)} is emptied when a machine boots, or sooner, and the cluster's data would be lost: use a directory on a disk, as in "/var/lib/etcd"`,
    })
    .refine((path) => fleeting.test(path) || !foreignDirectory.test(path), {
      error: ({ input }) => `${show(input)} has other data in it: use a directory of etcd's own, as in "/var/lib/etcd"`,
    })
    .default("/var/lib/etcd")
    .describe(
      "Directory of etcd's data on the machines; must be empty or absent at first. It is emptied by `pulumi destroy`.",
    ),
  clientPort: f.port().default(2379).describe("TCP port for clients of etcd."),
  peerPort: f.port().default(2380).describe("TCP port for the members among themselves."),
  extraArgs: flags(etcdFlags).describe("More flags of etcd."),
});
