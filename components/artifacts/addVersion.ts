import { writeFileSync } from "node:fs";

import { architectures, formatLock, lockFile, minorOf, readLock, type Lock, type Release } from "./lockFile";
import { mirrored } from "./published";

export interface AddVersionArgs {
  /** Release of Kubernetes, as in "1.36.4". */
  readonly version: string;
  /** What stands in place of the published URLs' scheme and host. @default the publisher */
  readonly baseUrl?: string;
  /** The lock to add to. @default this project's */
  readonly file?: string;
}

/**
 * Adds a release's published digests to the lock, and says in a sentence what it did. A release that is there with
 * other digests is refused: published files do not change.
 */
export async function addVersion({ version, baseUrl, file = lockFile }: AddVersionArgs): Promise<string> {
  if (!/^1\.\d+\.\d+$/.test(version)) {
    throw new Error(`"${version}" is no release of Kubernetes: use its three numbers, as in VERSION=1.36.4`);
  }
  const lock = readLock(file);
  if (!lock.images[minorOf(version)]) {
    throw new Error(
      `the lock has no images for Kubernetes ${minorOf(version)}: add them to "images" in components/artifacts/lock.json first, as "kubeadm config images list" of that release names them; supported are ${Object.keys(lock.images).join(", ")}`,
    );
  }
  const published = await publishedRelease(lock, version, baseUrl);
  const known = lock.kubernetes.releases[version];
  if (known) {
    refuseOther(version, known, published);
    return `Kubernetes ${version} is in the lock already, with the digests that are published`;
  }
  const releases = { ...lock.kubernetes.releases, [version]: published };
  writeFileSync(file, formatLock({ ...lock, kubernetes: { ...lock.kubernetes, releases } }));
  return `Kubernetes ${version} is in the lock now: review its digests, and commit components/artifacts/lock.json`;
}

function refuseOther(version: string, known: Release, published: Release): void {
  for (const program of programsOf(known)) {
    for (const arch of architectures) {
      if (known[program][arch] === published[program][arch]) continue;
      throw new Error(
        `${program} ${version} for ${arch} is published with another digest than the lock has; nothing was changed:
  the lock  ${known[program][arch]}
  published ${published[program][arch]}
find out which is right before you trust either`,
      );
    }
  }
}

async function publishedRelease(lock: Lock, version: string, baseUrl: string | undefined): Promise<Release> {
  const digests = async (program: string) => {
    const [amd64, arm64] = await Promise.all(
      architectures.map((arch) => {
        const parts = { program, version, arch };
        const url = lock.kubernetes.url.replace(
          /\{(program|version|arch)\}/g,
          (_, part: keyof typeof parts) => parts[part],
        );
        return digest(`${baseUrl === undefined ? url : mirrored(url, baseUrl)}.sha256`);
      }),
    );
    return { amd64: amd64 ?? "", arm64: arm64 ?? "" };
  };
  const [kubeadm, kubelet, kubectl] = await Promise.all(["kubeadm", "kubelet", "kubectl"].map(digests));
  if (!kubeadm || !kubelet || !kubectl) throw new Error("a program has no digests");
  return { kubeadm, kubelet, kubectl };
}

async function digest(url: string): Promise<string> {
  let response: Response;
  try {
    response = await fetch(url, { signal: AbortSignal.timeout(30_000) });
  } catch (error) {
    const cause = String((error as Error).cause ?? error);
    throw new Error(`${url} cannot be reached (${cause}); nothing was changed: run this where it can be`, {
      cause: error,
    });
  }
  if (!response.ok) {
    throw new Error(`${url} answers ${response.status}; nothing was changed: is there such a release?`);
  }
  const text = (await response.text()).trim().split(/\s/)[0] ?? "";
  if (!/^[0-9a-f]{64}$/.test(text)) throw new Error(`${url} holds no sha256; nothing was changed`);
  return text;
}

function programsOf(release: Release): readonly (keyof Release)[] {
  return Object.keys(release) as (keyof Release)[];
}

async function main([version = "", baseUrl]: readonly string[]): Promise<void> {
  try {
    process.stdout.write(`${await addVersion({ version, baseUrl })}\n`);
  } catch (error) {
    process.stderr.write(`error: ${error instanceof Error ? error.message : String(error)}\n`);
    process.exitCode = 1;
  }
}

if (require.main === module) void main(process.argv.slice(2));
