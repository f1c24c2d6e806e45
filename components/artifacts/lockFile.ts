import { readFileSync } from "node:fs";
import { join } from "node:path";

import { z } from "zod";

/** Digests of one file, by processor. */
const digests = z.strictObject({ amd64: sha256(), arm64: sha256() });

/** Names of the images that a cluster is made of, as kubeadm of that minor release and flannel publish them. */
const images = z.strictObject({
  pause: z.string(),
  repository: z.string(),
  corednsRepository: z.string(),
  corednsTag: z.string(),
  flannel: z.string(),
  flannelCni: z.string(),
});

const release = z.strictObject({ kubeadm: digests, kubelet: digests, kubectl: digests });

const lockSchema = z.strictObject({
  version: z.literal(1),
  kubernetes: z.strictObject({
    /** The release of stacks that name none; a bundle always has it. */
    default: z.string(),
    /** With {version}, {arch} and {program}. */
    url: z.string(),
    releases: z.record(z.string(), release),
  }),
  etcd: z.strictObject({
    /** The release of stacks that name none; a bundle always has it. */
    default: z.string(),
    /** With {version} and {arch}. */
    url: z.string(),
    /** The one published archive as what is installed for itself, by the programs' places in it. */
    archives: z.record(z.string(), z.array(z.string())),
    releases: z.record(z.string(), digests),
  }),
  /** Archives with programs; `members` are installed without their folders. URLs and members have {version}, {arch}. */
  archives: z.record(
    z.string(),
    z.strictObject({ version: z.string(), url: z.string(), members: z.array(z.string()), sha256: digests }),
  ),
  /** By minor release, "1.36". */
  images: z.record(z.string(), images),
  /** Files of the keys that sign packages of others, the same ones for all distributions. */
  keys: z.strictObject({ docker: z.strictObject({ fingerprint: z.string(), sha256: sha256() }) }),
});

function sha256() {
  return z.string().regex(/^[0-9a-f]{64}$/);
}

/** Everything that can be installed: each artifact by version, URL and sha256, for both processors. */
export type Lock = z.output<typeof lockSchema>;
export type Release = z.output<typeof release>;
export type Images = z.output<typeof images>;

export const lockFile = join(__dirname, "lock.json");

/** Processors, by the names that published URLs give them. */
export const architectures = ["amd64", "arm64"] as const;

/** The lock in a file; this project's own where none is named. */
export function readLock(file = lockFile): Lock {
  return lockSchema.parse(JSON.parse(readFileSync(file, "utf8")));
}

/** Whole text of a lock's file: releases in their order, so that additions are read as such. */
export function formatLock(lock: Lock): string {
  const releases = Object.fromEntries(
    Object.entries(lock.kubernetes.releases).sort(([one], [other]) => compareVersions(one, other)),
  );
  return `${JSON.stringify({ ...lock, kubernetes: { ...lock.kubernetes, releases } }, null, 2)}\n`;
}

/** Releases of Kubernetes that the lock has, oldest first. */
export function supportedVersions(lock = readLock()): readonly string[] {
  return Object.keys(lock.kubernetes.releases).sort(compareVersions);
}

/** The release of stacks that name none. */
export function defaultVersion(lock = readLock()): string {
  return lock.kubernetes.default;
}

/** Releases of etcd that the lock has, oldest first. */
export function etcdReleases(lock = readLock()): readonly string[] {
  return Object.keys(lock.etcd.releases).sort(compareVersions);
}

/** The release of etcd of stacks that name none. */
export function defaultEtcd(lock = readLock()): string {
  return lock.etcd.default;
}

/** "1.36" of "1.36.3". */
export function minorOf(version: string): string {
  return version.split(".").slice(0, 2).join(".");
}

/** Which of two releases is the older. */
export function compareVersions(one: string, other: string): number {
  return one.localeCompare(other, "en", { numeric: true });
}
