import { readFileSync } from "node:fs";

import { z } from "zod";

import type { ArtifactSettings } from "./settings";
import { ConfigError } from "../settings";

const path = z.string().regex(/^[\w@+-][\w.@+-]*(\/[\w@+-][\w.@+-]*)*$/);
const sha256 = z.string().regex(/^[0-9a-f]{64}$/);

/** Files that machines install; paths begin at the bundle's directory. */
const files = {
  artifacts: z.array(
    z.object({ name: z.string(), version: z.string(), path, sha256, arch: z.enum(["amd64", "arm64"]) }),
  ),
  images: z.array(z.object({ name: z.string(), path, sha256, references: z.array(z.string()) })),
};

const imageNames = z.object({
  pause: z.string(),
  repository: z.string(),
  corednsRepository: z.string(),
  corednsTag: z.string(),
  flannel: z.string(),
});

const release = z.object({ ...files, imageNames });

/** The lock that a bundle carries: what each release of Kubernetes has of its own, and what clusters of all releases have. */
const several = z.object({ version: z.literal(2), ...files, releases: z.record(z.string(), release) });

/** The lock of a bundle that was made when bundles had one release each. */
const single = z.object({ version: z.literal(1), kubernetes: z.string(), ...files, imageNames });

const bundleSchema = z.discriminatedUnion("version", [several, single]);

export type Bundle = Omit<z.output<typeof several>, "version">;
export type BundledRelease = z.output<typeof release>;

/** The lock on this computer of the bundle that is on the stack's machines. */
export function readBundle({ stack, artifacts, provider }: ArtifactSettings): Bundle {
  const make =
    provider === "local" ? "run `make env`, which builds it" : "build it with toolchain/bundle, or name another";
  const refuse = (message: string): never => {
    throw new ConfigError(stack, [{ path: ["artifacts", "lock"], message }]);
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
  const lock = result.data;
  if (lock.version === 2) return lock;
  const { kubernetes, imageNames: names, ...all } = lock;
  return { artifacts: [], images: [], releases: { [kubernetes]: { ...all, imageNames: names } } };
}

function firstIssue(error: z.ZodError): string {
  const [issue] = error.issues;
  return `${issue?.path.join(".") ?? ""}: ${issue?.message ?? ""}`;
}
