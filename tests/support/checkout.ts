import { createHash } from "node:crypto";
import { cpSync, mkdirSync, readFileSync, symlinkSync, writeFileSync } from "node:fs";
import { basename, dirname, join } from "node:path";

import { formatLock, readLock, type Lock } from "../../components/artifacts/lockFile";
import { here, root } from "./stack";

/** A checkout whose lock is another one: somebody's who publishes releases of their own. */
export function checkout(directory: string, lock: Lock): string {
  for (const part of ["Pulumi.yaml", "package.json", "tsconfig.json", "index.ts", "loader.cjs", "typescript.cjs"]) {
    cpSync(join(root, part), join(directory, part));
  }
  for (const part of ["cli", "components", "toolchain"]) {
    cpSync(join(root, part), join(directory, part), {
      recursive: true,
      filter: (path) => basename(path) !== "node_modules",
    });
  }
  symlinkSync(join(root, "node_modules"), join(directory, "node_modules"));
  writeFileSync(join(directory, "components", "artifacts", "lock.json"), formatLock(lock));
  return directory;
}

const digestOf = (file: string) => createHash("sha256").update(readFileSync(file)).digest("hex");

/** A bundle's programs as files under their published URLs, and the lock that has their digests. */
export interface Published {
  readonly lock: Lock;
  readonly files: ReadonlyMap<string, string>;
}

/** Publishes what a bundle has of this computer's kind, as archives where publishers have archives. */
export function publish(bundle: string, directory: string, keyFile: string): Published {
  const lock = readLock();
  const files = new Map<string, string>();
  const version = lock.kubernetes.default;
  const filled = (url: string, of: string) => url.replaceAll("{version}", of).replaceAll("{arch}", "amd64");
  const place = (url: string, of: string, file: string) => {
    files.set(filled(url, of), file);
    return digestOf(file);
  };
  const release = { ...lock.kubernetes.releases[version] } as Lock["kubernetes"]["releases"][string];
  for (const program of ["kubeadm", "kubelet", "kubectl"] as const) {
    const url = lock.kubernetes.url.replaceAll("{program}", program);
    release[program] = { ...release[program], amd64: place(url, version, join(bundle, "bin", program)) };
  }
  const archives = Object.entries(lock.archives).map(([name, archive]) => {
    const members = archive.members.map((member) => filled(member, archive.version));
    const file = packed(join(directory, `${name}.tgz`), members, bundle);
    return [name, { ...archive, sha256: { ...archive.sha256, amd64: place(archive.url, archive.version, file) } }];
  });
  const { etcd } = lock;
  const members = Object.values(etcd.archives)
    .flat()
    .map((member) => filled(member, etcd.default));
  const ofEtcd = {
    ...etcd.releases[etcd.default],
    amd64: place(etcd.url, etcd.default, packed(join(directory, "etcd.tgz"), members, bundle)),
  } as Lock["etcd"]["releases"][string];
  return {
    files,
    lock: {
      ...lock,
      etcd: { ...etcd, releases: { ...etcd.releases, [etcd.default]: ofEtcd } },
      kubernetes: { ...lock.kubernetes, releases: { ...lock.kubernetes.releases, [version]: release } },
      archives: Object.fromEntries(archives) as Lock["archives"],
      keys: { docker: { ...lock.keys.docker, sha256: digestOf(keyFile) } },
    },
  };
}

/** An archive with these members; the bundle has its CNI plugins in one already. */
function packed(archive: string, members: readonly string[], bundle: string): string {
  const inside = `${archive}.d`;
  for (const member of members) {
    mkdirSync(join(inside, dirname(member)), { recursive: true });
    const program = join(bundle, "bin", basename(member));
    if (dirname(member) === ".") {
      here("tar", "-xzf", join(bundle, "cni", "cni-plugins.tgz"), "-C", inside, `./${member}`);
    } else cpSync(program, join(inside, member));
  }
  here("tar", "-c", "-I", "gzip -1", "-f", archive, "-C", inside, ".");
  return archive;
}
