import { programOf, textsIn } from "../golden/received";
import type { Program } from "../support/program";
import { localMachine, problems, remoteMachine, remoteMaster, remoteWorker, remote } from "./config.fixture";
import { find, machine, run, valueOf } from "./program.fixture";

describe("a machine whose Docker Engine is adopted", () => {
  let program: Program;
  beforeAll(async () => {
    const machines = [
      machine("m", "192.0.2.11", { roles: ["master", "etcd"] }),
      machine("w", "192.0.2.12", { adopt: true }),
    ];
    program = await run({ machines });
  });
  const text = (name: string) => programOf(find(program, name), textsIn(program.resources));

  test("gets no daemon.json, and its scripts know that", () => {
    expect(text("m-docker")).toContain("put '/etc/docker/daemon.json'");
    expect(text("w-docker")).not.toContain("put '/etc/docker/daemon.json'");
    expect(text("w-docker")).toContain("put '/etc/systemd/system/cri-docker.service'");
    for (const name of ["w-docker", "w-preflight"]) expect(valueOf(find(program, name), "ADOPT")).toBe("true");
    expect(valueOf(find(program, "m-preflight"), "ADOPT")).toBe("false");
    expect(text("w-kubelet")).toContain("imageGCHighThresholdPercent: 100");
    expect(text("m-kubelet")).not.toContain("imageGCHighThresholdPercent");
  });
});

describe("adopt is refused", () => {
  test("for machines that are made by the program", () => {
    expect(problems(localMachine({ adopt: true }))).toEqual([
      'machines[1].adopt: is for provider "ssh"; local machines have no Docker Engine before they are made: leave it out',
    ]);
    expect(problems(remoteMachine({ adopt: true }))).toEqual([]);
  });
  test("with containerd, whose configuration must be the program's", () => {
    const machines = [remoteMaster, { ...remoteWorker, adopt: true }];
    expect(problems(remote({ machines, kubernetes: { runtime: "containerd" } }))).toEqual([
      'machines[1].adopt: is for runtime "docker", and the runtime is "containerd", which needs a configuration of its own: leave it out, or set kubernetes.runtime',
    ]);
  });
});

test("how full a disk may be is the kubelet's matter, unless the stack has thresholds of its own", async () => {
  const percent = async (more: Record<string, unknown>) =>
    valueOf(find(await run(more), "worker-1-preflight"), "DISK_PERCENT");
  expect(await percent({})).toBe("85");
  const configuration = { evictionHard: { "memory.available": "5%" } };
  expect(await percent({ kubernetes: { kubelet: { configuration } } })).toBe("100");
});
