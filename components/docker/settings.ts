import { z } from "zod";

import {
  directoriesOfPrograms,
  fields as f,
  foreignFields,
  isFleeting,
  show,
  type Contradiction,
  type Frozen,
  type Owned,
  type Path,
} from "../settings";
import { dockerKinds } from "./kinds";

/** Fields of daemon.json that keelson sets. */
export const owned: Owned = {
  hosts: "Docker's unit sets it already, and Docker fails when it is set twice: leave it out",
};

/** What runs the pods; a field of the section `kubernetes`. */
export const runtime = z
  .enum(["docker", "containerd"])
  .default("docker")
  .describe("What runs the pods: Docker through cri-dockerd, or the containerd that Docker runs on.")
  .meta({ immutable: true });

export const docker = z
  .strictObject({
    packages: z
      .enum(["distribution", "docker"])
      .default("distribution")
      .describe("Source of the Docker Engine packages: Debian's or Ubuntu's own, or those of download.docker.com.")
      .meta({ immutable: true }),
    daemon: foreignFields(owned, dockerKinds, "taken").describe(
      "Fields of Docker's daemon.json. Those that locate its containers (data-root, storage-driver and the like), and its cgroup driver, cannot change while the cluster lives. `kubectl logs` needs the log-driver json-file with runtime docker.",
    ),
  })
  .meta({ example: { packages: "docker", daemon: { "log-opts": { "max-size": "50m" } } } });

/** What of the stack's settings Docker Engine follows. */
export interface DockerSettings {
  readonly docker: Frozen<z.output<typeof docker>>;
  readonly kubernetes: { readonly runtime: z.output<typeof runtime> };
}

/** Values that Docker would take, and the cluster would not work with. */
export function* dockerChecks({
  configuration: { docker, etcd, kubernetes },
}: {
  readonly configuration: DockerSettings & { readonly etcd: { readonly dataDir: string } };
}): Generator<Contradiction> {
  const { daemon } = docker;
  const at = (...field: Path): Path => ["docker", "daemon", ...field];
  const root = daemon["data-root"];
  const fault = typeof root === "string" ? rootFault(root, etcd.dataDir) : undefined;
  if (fault !== undefined) {
    yield {
      path: at("data-root"),
      message: `${show(root)} ${fault}: use a directory of Docker's own, as in "/srv/docker"`,
    };
  }
  if (daemon["userns-remap"] !== undefined && kubernetes.runtime === "docker") {
    if (daemon["userns-remap"] !== "" && daemon["userns-remap"] !== null) {
      const message = "pods that share their machine's network would not start, kube-proxy among them: leave it out";
      yield { path: at("userns-remap"), uses: [["kubernetes", "runtime"]], message };
    }
  }
  yield* cgroupDrivers(daemon["exec-opts"], at("exec-opts"));
  yield* proxyPasswords(daemon, at());
}

/** What stands in daemon.json stands in the state and in previews as well, where nobody hides it. */
function* proxyPasswords(daemon: Readonly<Record<string, unknown>>, path: Path): Generator<Contradiction> {
  const { proxies } = daemon;
  const nested = typeof proxies === "object" && proxies !== null ? Object.entries(proxies) : [];
  const values = [
    ...Object.entries(daemon).map(([field, value]) => ({ at: [field], value })),
    ...nested.map(([field, value]: [string, unknown]) => ({ at: ["proxies", field], value })),
  ];
  for (const { at, value } of values) {
    if (!/^https?-proxy$/.test(at.at(-1) ?? "") || typeof value !== "string") continue;
    if (/^(\w+:\/\/)?[^/@]*:[^/@]*@/.test(value)) {
      const message =
        "has a password, which everybody would read in the state and in previews: leave it out, and set HTTP_PROXY and HTTPS_PROXY in a drop-in of docker.service that root alone can read";
      yield { path: [...path, ...at], message };
    }
  }
}

/** Directories of the system and of other programs. */
const foreignDirectory = new RegExp(
  [
    "^/(var|home|root|srv|opt|media|mnt|var/(lib|log|cache|spool))$",
    "^/(etc|usr|boot|s?bin|lib\\d*)(/|$)",
    "^/var/lib/etcd(/|$)",
    ...directoriesOfPrograms,
  ].join("|"),
);

/** Why Docker's data cannot be there; undefined where they can. */
function rootFault(root: string, etcdData: string): string | undefined {
  if (/^\/+$/.test(root)) return "is everything";
  if (!f.absolutePath().safeParse(root).success) return "is no absolute path of plain names";
  if (isFleeting(root)) return "is emptied when a machine boots, or sooner";
  if (foreignDirectory.test(root)) return "has other data in it";
  const inside = (path: string, other: string) => `${path}/`.startsWith(`${other}/`);
  return inside(root, etcdData) || inside(etcdData, root)
    ? `and etcd.dataDir ${etcdData} lie in one another`
    : undefined;
}

function* cgroupDrivers(options: unknown, path: Path): Generator<Contradiction> {
  if (!Array.isArray(options)) return;
  const drivers = options.flatMap((option: unknown, index) => {
    const [name, value] = typeof option === "string" ? option.split("=", 2) : [];
    return name === "native.cgroupdriver" ? [{ index, value }] : [];
  });
  for (const [number, { index, value = "" }] of drivers.entries()) {
    if (number > 0) yield { path: [...path, index], message: "is a second cgroup driver: use one" };
    else if (value !== "systemd" && value !== "cgroupfs") {
      const message = `${show(value)} is no cgroup driver: use "native.cgroupdriver=systemd" or "native.cgroupdriver=cgroupfs"`;
      yield { path: [...path, index], message };
    }
  }
}
