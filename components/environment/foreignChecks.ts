import type { Contradiction, Subject } from "./checks";
import { podMask } from "../network/podNetwork";
import type { Path } from "../settings/problems";
import { show } from "../settings/show";

/** Values of other programs' files that these would take, and the cluster would not work with. */
export function* foreignChecks(subject: Subject): Generator<Contradiction> {
  yield* kubelet(subject);
  yield* docker(subject);
}

function* kubelet({ configuration, environment }: Subject): Generator<Contradiction> {
  const given = configuration.kubernetes.kubelet.configuration;
  const at = (field: string): Path => ["kubernetes", "kubelet", "configuration", field];
  if (given["enableServer"] === false) {
    const message = "the API reaches no kubelet without its server: leave it out";
    yield { path: at("enableServer"), message };
  }
  if (given["registerNode"] === false) {
    yield { path: at("registerNode"), message: "no machine would become a node: leave it out" };
  }
  const { address, maxPods } = given;
  if (typeof address === "string" && /^(127\.|::1$)/.test(address)) {
    yield { path: at("address"), message: `${show(address)}: the API would not reach the kubelet: leave it out` };
  }
  // The network's own address, the bridge's and that for all are no pod's; a few pods share their machine's.
  const most = 2 ** (32 - podMask(environment.kubernetes)) - 1;
  if (typeof maxPods === "number" && maxPods > most) {
    const uses = [["kubernetes", "controllerManager", "extraArgs"]];
    const message = `${maxPods} pods are more than a node has addresses for: use ${most} at most`;
    yield { path: at("maxPods"), uses, message };
  }
}

function* docker({ configuration, environment }: Subject): Generator<Contradiction> {
  const { daemon } = configuration.docker;
  const at = (...field: Path): Path => ["docker", "daemon", ...field];
  const root = daemon["data-root"];
  if (typeof root === "string" && isForgotten(root)) {
    const message = `${show(root)} ${/^\/+$/.test(root) ? "is everything" : "is in memory, and empty after a boot"}: use a directory of Docker's own, as in "/srv/docker"`;
    yield { path: at("data-root"), message };
  }
  if (daemon["userns-remap"] !== undefined && environment.kubernetes.runtime === "docker") {
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
