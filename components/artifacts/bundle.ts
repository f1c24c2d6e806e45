import { readFileSync } from "node:fs";
import { posix } from "node:path";

import { z } from "zod";

import type { Environment } from "../environment";
import { ConfigError } from "../settings";
import type { Artifact, ArtifactSet } from "./set";

const path = z.string().regex(/^[\w@+-][\w.@+-]*(\/[\w@+-][\w.@+-]*)*$/);
const sha256 = z.string().regex(/^[0-9a-f]{64}$/);

/** The lock that a bundle carries; paths begin at the bundle's directory. */
const bundleSchema = z.object({
  version: z.literal(1),
  kubernetes: z.string(),
  artifacts: z.array(
    z.object({ name: z.string(), version: z.string(), path, sha256, arch: z.enum(["amd64", "arm64"]) }),
  ),
  images: z.array(z.object({ name: z.string(), path, sha256, references: z.array(z.string()) })),
  imageNames: z.object({
    pause: z.string(),
    repository: z.string(),
    corednsRepository: z.string(),
    corednsTag: z.string(),
    flannel: z.string(),
  }),
});

type Bundle = z.output<typeof bundleSchema>;

/** The CNI plugins that pods need, of those that the bundle's archive has. */
const cniPlugins = ["bridge", "host-local", "loopback", "portmap"];

/** What lies in a bundle on each machine, as its lock on this computer lists it. */
export function bundleSet(environment: Environment): ArtifactSet {
  const { directory } = environment.artifacts;
  const bundle = readBundle(environment);
  const names = [...new Set(bundle.artifacts.map(({ name }) => name))];
  const archives = bundle.images.map(({ path, ...archive }) => ({ ...archive, location: posix.join(directory, path) }));
  return {
    artifacts: names.map((name) => artifact(name, bundle, directory)),
    images: bundle.imageNames,
    imageArchives: archives,
  };
}

function artifact(name: string, bundle: Bundle, directory: string): Artifact {
  const files = bundle.artifacts.filter((file) => file.name === name);
  const isArchive = files.some(({ path }) => /\.(tgz|tar\.gz)$/.test(path));
  const file = posix.basename(files[0]?.path ?? name);
  const own = isArchive ? cniPlugins : file === name ? [] : [file];
  const locations = Object.fromEntries(
    files.map(({ arch, path, sha256 }) => [arch, { location: posix.join(directory, path), sha256 }]),
  );
  return { name, kind: isArchive ? "archive" : "binary", provides: [name], locations, members: own };
}

function readBundle(environment: Environment): Bundle {
  const { stack, artifacts, kubernetes, provider } = environment;
  const make =
    provider === "local" ? "run `make env`, which builds it" : "build it with toolchain/bundle, or name another";
  const refuse = (message: string, path = ["artifacts", "lock"]): never => {
    throw new ConfigError(stack, [{ path, message }]);
  };
  let json: unknown;
  try {
    json = JSON.parse(readFileSync(artifacts.lock, "utf8"));
  } catch (error) {
    const missing = (error as NodeJS.ErrnoException).code === "ENOENT";
    const fault = missing ? "is not there, so there is no bundle" : `cannot be read: ${String(error)}`;
    return refuse(`"${artifacts.lock}" ${fault}: ${make}`);
  }
  const result = bundleSchema.safeParse(json);
  if (!result.success)
    return refuse(`"${artifacts.lock}" is no lock of a bundle (${firstIssue(result.error)}): ${make}`);
  if (result.data.kubernetes !== kubernetes.version) {
    const message = `"${kubernetes.version}" is not what the bundle has: use "${result.data.kubernetes}", or ${make}`;
    return refuse(message, ["kubernetes", "version"]);
  }
  return result.data;
}

function firstIssue(error: z.ZodError): string {
  const [issue] = error.issues;
  return `${issue?.path.join(".") ?? ""}: ${issue?.message ?? ""}`;
}
