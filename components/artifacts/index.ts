import { join } from "node:path";

import type { ArtifactSettings } from "./settings";
import type { MachineConfig } from "../machine";
import { bundleSet } from "./bundle";
import { readLock } from "./lockFile";
import { publishedSet } from "./published";
import type { Artifact, ArtifactSet } from "./set";

export { bundleDirectory } from "./cache";

export type { ArtifactSet, ImageNames } from "./set";
export { compareVersions, etcdReleases, minorOf, supportedVersions } from "./lockFile";

/** Functions of a script that installs programs. */
export const artifactScripts: readonly string[] = ["fetch.sh", "install.sh", "versions.sh"].map((file) =>
  join(__dirname, file),
);

/** Functions of a script that loads images as well. */
export const imagesScript = join(__dirname, "images.sh");

/** What the stack's machines install, from the source that the stack has chosen. */
export function artifactSet(environment: ArtifactSettings): ArtifactSet {
  const { source, baseUrl, imageRegistry } = environment.artifacts;
  if (source === "bundle") return bundleSet(environment);
  const { kubernetes, etcd } = environment;
  return publishedSet({ version: kubernetes.version, etcd: etcd.version, baseUrl, imageRegistry });
}

/**
 * Lines for a script's PROGRAMS, as install.sh reads them. An archive that brings several of the programs has one
 * line; flannel's CNI plugin has none where an image brings it.
 */
export function programs(set: ArtifactSet, names: readonly string[], directory = "/usr/local/bin"): string[] {
  const wanted = names.filter((name) => name !== "flannel-cni" || set.images.flannelCni === undefined);
  const artifacts = wanted.map((name) => providerOf(set, name));
  return [...new Set(artifacts)].map((artifact) => programLine(artifact, directory));
}

/** Where a program of a set lies beside those that it follows, by processor, before it is what is started: see versions.sh. */
export function versionPaths(set: ArtifactSet, program: string): readonly string[] {
  const { name, locations } = providerOf(set, program);
  return [locations.amd64, locations.arm64].flatMap((place) =>
    place ? [`/usr/local/lib/keelson/versions/${name}/${place.sha256.slice(0, 16)}/${program}`] : [],
  );
}

function providerOf({ artifacts }: ArtifactSet, name: string): Artifact {
  const artifact = artifacts.find(({ provides }) => provides.includes(name));
  if (!artifact) {
    throw new Error(
      `no artifact provides ${name}; available: ${[...new Set(artifacts.flatMap(({ provides }) => provides))].join(", ")}`,
    );
  }
  return artifact;
}

function programLine({ name, kind, locations, members }: Artifact, directory: string): string {
  const places = [locations.amd64, locations.arm64].flatMap((place) => [place?.location ?? "-", place?.sha256 ?? "-"]);
  return [name, kind, directory, ...places, ...members].join(" ");
}

/** The sha256 of the file that holds the key of Docker's packages. */
export function dockerKeyDigest(): string {
  return readLock().keys.docker.sha256;
}

/**
 * Lines for a script's IMAGES, as images.sh reads them: the archives of images that run on a machine of these roles.
 * The control plane's are for masters only.
 */
export function imageArchives(set: ArtifactSet, roles: MachineConfig["roles"]): string[] {
  return set.imageArchives
    .filter(({ name }) => name !== "control-plane" || roles.includes("master"))
    .map(({ name, location, sha256, references }) => [name, location, sha256, ...references].join(" "));
}
