import { join } from "node:path";

import { z } from "zod";

import { expand, fields as f, show, type Context, type Contradiction } from "../settings";
import { bundleDirectory } from "./cache";
import { defaultEtcd, defaultVersion, etcdReleases, supportedVersions } from "./lockFile";

/** The release of Kubernetes that is installed; a field of the section `kubernetes`. */
export const version = z
  .string()
  .default(defaultVersion())
  .describe(
    "Release of Kubernetes, one of the lock's. A later one, of this minor or the next, is an upgrade: see docs/upgrading.md.",
  )
  .meta({
    values: `a release, as in "${defaultVersion()}"`,
  });

/** The release of etcd that is installed; a field of the section `etcd`. */
export const etcdVersion = z
  .string()
  .default(defaultEtcd())
  .describe(
    "Release of etcd, one of the lock's. A later one, of this minor or the next, is an upgrade, one member at a time: see docs/upgrading.md.",
  )
  .meta({ values: `a release, as in "${defaultEtcd()}"` });

function isMirror(url: string): boolean {
  const [, scheme, server = "", path = ""] = /^(https?|file):\/\/([^/]*)(.*)$/s.exec(url) ?? [];
  return (scheme === "file" ? server === "" && path !== "" : isServer(server)) && !/[\s?#\p{Cc}]/u.test(path);
}

/** A host, and a port where it has one. */
function isServer(text: string): boolean {
  const [, host = "", port] = /^(\[[\da-fA-F:]+\]|[^:]+)(?::([1-9]\d{0,4}))?$/.exec(text) ?? [];
  return (host.startsWith("[") || f.isHost(host.toLowerCase())) && (port === undefined || Number(port) <= 65535);
}

export const artifacts = z
  .strictObject({
    source: z
      .enum(["upstream", "mirror", "bundle"])
      .optional()
      .describe("Where programs come from: the published URLs, a mirror of them, or a directory on each machine.")
      .meta({ defaultsTo: "bundle for local machines, upstream for ssh" }),
    baseUrl: f
      .text(
        "a URL",
        isMirror,
        "is no URL of a mirror",
        'use http://, https:// or file:///, without a user or password, as in "https://mirror.example.com/kubernetes"',
      )
      .optional()
      .describe(
        "Base URL of the mirror; it replaces scheme and host of the published URLs. Only with source mirror, and required there.",
      ),
    directory: f
      .absolutePath()
      .optional()
      .describe("Directory of the bundle on each machine; only with source bundle.")
      .meta({ defaultsTo: "`/opt/keelson/bundle`" }),
    lock: f
      .file()
      .optional()
      .describe("The bundle's lock.json on this computer; only with source bundle.")
      .meta({ defaultsTo: "lock.json of the bundle that `make env` built" }),
    imageRegistry: f
      .text(
        "a registry",
        (registry) => /^[a-z0-9][a-z0-9.-]*(:\d+)?(\/[a-z0-9][a-z0-9._-]*)*$/.test(registry),
        "is no registry",
        'use host, port and path without a scheme, as in "registry.example.com:5000/mirror"',
      )
      .optional()
      .describe(
        "Registry that replaces the host in the names of the cluster's own images; names of workloads' images stay as they are.",
      )
      .meta({ defaultsTo: "the registries that publish them" }),
  })
  .meta({
    example: { source: "mirror", baseUrl: "https://mirror.example.com", imageRegistry: "registry.example.com" },
  });

export interface ArtifactsConfig {
  readonly source: "upstream" | "mirror" | "bundle";
  /** What stands in place of the published URLs' scheme and host. */
  readonly baseUrl?: string;
  /** The bundle's directory on each machine. */
  readonly directory: string;
  /** Absolute path of the bundle's lock on this computer. */
  readonly lock: string;
  readonly imageRegistry?: string;
}

interface Configuration {
  readonly provider: "local" | "ssh";
  readonly artifacts: z.output<typeof artifacts>;
  readonly kubernetes: { readonly version: string };
  readonly etcd: { readonly version: string };
}

/** What of the stack's settings says what is installed. */
export interface ArtifactSettings {
  readonly stack: string;
  readonly provider: "local" | "ssh";
  readonly artifacts: ArtifactsConfig;
  readonly kubernetes: { readonly version: string };
  readonly etcd: { readonly version: string };
}

/** Where programs and images come from, with what is usual where nothing is said. */
export function artifactsConfig(configuration: Configuration, context: Context): ArtifactsConfig {
  const { artifacts } = configuration;
  return {
    source: sourceOf(configuration),
    ...(artifacts.baseUrl === undefined ? {} : { baseUrl: artifacts.baseUrl }),
    directory: artifacts.directory ?? "/opt/keelson/bundle",
    lock: artifacts.lock === undefined ? join(bundleDirectory(), "lock.json") : expand(artifacts.lock, context),
    ...(artifacts.imageRegistry === undefined ? {} : { imageRegistry: artifacts.imageRegistry }),
  };
}

/** Settings of sources that are not the one in use, and a release that nobody locked. */
export function* artifactChecks({
  configuration,
}: {
  readonly configuration: Configuration;
}): Generator<Contradiction> {
  yield* versionCheck(configuration);
  const { artifacts } = configuration;
  const source = sourceOf(configuration);
  const uses = [["artifacts", "source"], ["provider"]];
  if (source === "mirror" && artifacts.baseUrl === undefined) {
    const message = 'is missing: with source "mirror", use the mirror\'s URL, as in "https://mirror.example.com"';
    yield { path: ["artifacts", "baseUrl"], uses, message };
  }
  const only = { baseUrl: "mirror", directory: "bundle", lock: "bundle" } as const;
  for (const [field, itsSource] of Object.entries(only)) {
    if (artifacts[field as keyof typeof only] === undefined || source === itsSource) continue;
    const message = `is for source "${itsSource}", and the source is "${source}": leave it out, or set artifacts.source`;
    yield { path: ["artifacts", field], uses, message };
  }
  if (source === "bundle" && artifacts.imageRegistry !== undefined) {
    const message =
      'images come from the bundle, not from a registry: leave it out, or set artifacts.source to "mirror"';
    yield { path: ["artifacts", "imageRegistry"], uses, message };
  }
}

function* versionCheck({ kubernetes: { version }, etcd }: Configuration): Generator<Contradiction> {
  if (!supportedVersions().includes(version)) {
    yield {
      path: ["kubernetes", "version"],
      message: `${show(version)} is not supported: use one of ${supportedVersions().join(", ")}, or add it with \`make lock VERSION=1.x.y\``,
    };
  }
  if (!etcdReleases().includes(etcd.version)) {
    yield {
      path: ["etcd", "version"],
      message: `${show(etcd.version)} is not supported: use one of ${etcdReleases().join(", ")}`,
    };
  }
}

function sourceOf({ provider, artifacts }: Pick<Configuration, "provider" | "artifacts">): ArtifactsConfig["source"] {
  return artifacts.source ?? (provider === "local" ? "bundle" : "upstream");
}
