import { posix } from "node:path";

import type { ArtifactSettings } from "./settings";
import { ConfigError } from "../settings";
import { readBundle, type Bundle, type BundledRelease } from "./bundleLock";
import { compareVersions } from "./lockFile";
import type { Artifact, ArtifactSet } from "./set";

/** The CNI plugins that pods need, of those that the bundle's archive has. */
const cniPlugins = ["bridge", "host-local", "loopback", "portmap"];

/** Programs that come with a release of etcd. */
const etcdPrograms = ["etcd", "etcdctl", "etcdutl"];

/** What lies in a bundle on each machine for the stack's release, as the bundle's lock on this computer lists it. */
export function bundleSet(environment: ArtifactSettings): ArtifactSet {
  const { directory } = environment.artifacts;
  const bundle = readBundle(environment);
  const release = releaseOf(bundle, environment);
  const etcd = environment.etcd.version;
  const all = [...release.artifacts, ...bundle.artifacts];
  refuseMissing(all, environment);
  const artifacts = all.filter(({ name, version }) => !etcdPrograms.includes(name) || version === etcd);
  const names = [...new Set(artifacts.map(({ name }) => name))];
  return {
    artifacts: names.map((name) => artifact(name, artifacts, directory)),
    etcd,
    images: release.imageNames,
    image: (published) => published,
    imageArchives: [...release.images, ...bundle.images].map(({ path, ...archive }) => ({
      ...archive,
      location: posix.join(directory, path),
    })),
  };
}

function releaseOf(
  { releases }: Bundle,
  { stack, provider, kubernetes: { version } }: ArtifactSettings,
): BundledRelease {
  const release = releases[version];
  if (release) return release;
  const there = Object.keys(releases).sort(compareVersions);
  const way =
    provider === "local"
      ? `add it with \`toolchain/bundle ${version}\``
      : `fill the bundle by \`toolchain/bundle ${version}\` and copy it to the machines, or name the lock of another`;
  const message = `"${version}" is not in the bundle, which has ${there.join(", ")}: use what is there, or ${way}`;
  throw new ConfigError(stack, [{ path: ["kubernetes", "version"], message }]);
}

function refuseMissing(all: Bundle["artifacts"], { stack, etcd: { version } }: ArtifactSettings): void {
  const there = all.filter(({ name }) => name === "etcd").map((program) => program.version);
  if (there.includes(version)) return;
  const message = `"${version}" is not in the bundle, which has ${[...there].sort(compareVersions).join(", ")}: use what is there, or fill the bundle by \`toolchain/bundle etcd/${version}\``;
  throw new ConfigError(stack, [{ path: ["etcd", "version"], message }]);
}

function artifact(name: string, all: Bundle["artifacts"], directory: string): Artifact {
  const files = all.filter((file) => file.name === name);
  const isArchive = files.some(({ path }) => /\.(tgz|tar\.gz)$/.test(path));
  const file = posix.basename(files[0]?.path ?? name);
  const own = isArchive ? cniPlugins : file === name ? [] : [file];
  const locations = Object.fromEntries(
    files.map(({ arch, path, sha256 }) => [arch, { location: posix.join(directory, path), sha256 }]),
  );
  return { name, kind: isArchive ? "archive" : "binary", provides: [name], locations, members: own };
}
