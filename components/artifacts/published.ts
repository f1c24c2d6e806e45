import { minorOf, readLock, type Images, type Lock } from "./lockFile";
import type { Artifact, ArtifactSet, ImageNames } from "./set";

export interface PublishedArgs {
  /** Release of Kubernetes, one of the lock's. */
  readonly version: string;
  /** Release of etcd, one of the lock's. */
  readonly etcd: string;
  /** What stands in place of the published URLs' scheme and host. @default the publishers */
  readonly baseUrl?: string;
  /** What stands in place of the registry's host in image names. @default the publishers */
  readonly imageRegistry?: string;
}

/** What upstream publishes, from there or from a mirror of it. */
export function publishedSet(args: PublishedArgs, lock: Lock = readLock()): ArtifactSet {
  const images = lock.images[minorOf(args.version)];
  const release = lock.kubernetes.releases[args.version];
  if (!images || !release) throw new Error(`the lock has no Kubernetes ${args.version}`);
  const etcd = lock.etcd.releases[args.etcd];
  if (!etcd) throw new Error(`the lock has no etcd ${args.etcd}`);
  const binaries = (["kubeadm", "kubelet", "kubectl"] as const).map((program): Artifact => {
    const url = lock.kubernetes.url.replaceAll("{program}", program);
    const template = { version: args.version, url, sha256: release[program] };
    return { name: program, kind: "binary", provides: [program], members: [], locations: locations(template, args) };
  });
  const ofEtcd = Object.entries(lock.etcd.archives).map(
    ([name, members]) => [name, { version: args.etcd, url: lock.etcd.url, members, sha256: etcd }] as const,
  );
  const archives = [...ofEtcd, ...Object.entries(lock.archives)].map(([name, archive]): Artifact => {
    const members = archive.members.map((member) => member.replaceAll("{version}", archive.version));
    const provides = [name, ...members.map((member) => member.slice(member.lastIndexOf("/") + 1))];
    return { name, kind: "archive", provides, members, locations: locations(archive, args) };
  });
  return {
    artifacts: [...binaries, ...archives],
    etcd: args.etcd,
    images: imageNames(images, args.imageRegistry),
    image: (published) => moved(published, args.imageRegistry),
    imageArchives: [],
  };
}

interface Template {
  readonly version: string;
  readonly url: string;
  readonly sha256: { readonly amd64: string; readonly arm64: string };
}

function locations({ version, url, sha256 }: Template, { baseUrl }: PublishedArgs): Artifact["locations"] {
  const location = (arch: "amd64" | "arm64") => {
    const published = url.replaceAll("{version}", version).replaceAll("{arch}", arch);
    const place = baseUrl === undefined ? published : mirrored(published, baseUrl);
    return { location: place, sha256: sha256[arch] };
  };
  return { amd64: location("amd64"), arm64: location("arm64") };
}

/** The same path under another scheme and host; slashes at the end of the base do not count. */
export function mirrored(url: string, baseUrl: string): string {
  return `${baseUrl.replace(/^(\w+:\/\/.*?)\/*$/, "$1")}${new URL(url).pathname}`;
}

/** A mirror of a registry keeps what stands after the registry's host. */
function moved(name: string, registry: string | undefined): string {
  return registry === undefined ? name : [registry, ...name.split("/").slice(1)].join("/");
}

/** A tag has no registry; all else does. */
function imageNames({ corednsTag, ...names }: Images, registry: string | undefined): ImageNames {
  const { pause, repository, corednsRepository, flannel, flannelCni } = names;
  const at = (name: string) => moved(name, registry);
  return {
    corednsTag,
    pause: at(pause),
    repository: at(repository),
    corednsRepository: at(corednsRepository),
    flannel: at(flannel),
    flannelCni: at(flannelCni),
  };
}
