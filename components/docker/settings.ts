import { z } from "zod";

import { foreignFields, show, type Contradiction, type Frozen, type Owned, type Path } from "../settings";
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
  configuration: { docker, kubernetes },
}: {
  readonly configuration: DockerSettings;
}): Generator<Contradiction> {
  const { daemon } = docker;
  const at = (...field: Path): Path => ["docker", "daemon", ...field];
  const root = daemon["data-root"];
  if (typeof root === "string" && isForgotten(root)) {
    const message = `${show(root)} ${/^\/+$/.test(root) ? "is everything" : "is in memory, and empty after a boot"}: use a directory of Docker's own, as in "/srv/docker"`;
    yield { path: at("data-root"), message };
  }
  if (daemon["userns-remap"] !== undefined && kubernetes.runtime === "docker") {
    if (daemon["userns-remap"] !== "" && daemon["userns-remap"] !== null) {
      const message = "pods that share their machine's network would not start, kube-proxy among them: leave it out";
      yield { path: at("userns-remap"), uses: [["kubernetes", "runtime"]], message };
    }
  }
  yield* cgroupDrivers(daemon["exec-opts"], at("exec-opts"));
}

const isForgotten = (path: string) => /^\/+(((var\/)?run|dev|proc|sys)(\/.*)?)?$/.test(path);

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
