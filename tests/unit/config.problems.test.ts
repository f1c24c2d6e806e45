import { parseEnvironment } from "../../components/environment";
import {
  key,
  worker,
  local,
  localMachine,
  remoteMaster,
  remoteWorker,
  remote,
  kubernetes,
  problems,
} from "./config.fixture";

test("the ground these tests stand on is right", () => {
  expect(problems(local())).toEqual([]);
  expect(problems(remote())).toEqual([]);
});

describe("all mistakes", () => {
  test("are reported at once: the form of fields and contradictions between them", () => {
    const raw = remote({
      machines: [
        remoteMaster,
        { ...remoteWorker, name: "Worker_1", roles: ["worker"] },
        { ...remoteWorker, name: "m" },
      ],
      kubernetes: { bindPort: 70000, version: "1.0.0", apiServer: { extraArgs: { "etcd-servers": "x", "-v": 1 } } },
      etcd: { clientPort: 2380 },
    });
    expect(() => parseEnvironment(raw, { stack: "dev", directory: "/", readFile: key })).toThrow(
      /^stack "dev" has 8 problems; nothing was contacted:\n {2}machines\[1\]\.name: /,
    );
    expect(problems(raw).map((line) => line.slice(0, line.indexOf(": ")))).toEqual([
      "machines[1].name",
      "machines[2].name",
      "machines[2].address",
      "kubernetes.bindPort",
      "kubernetes.apiServer.extraArgs.etcd-servers",
      'kubernetes.apiServer.extraArgs["-v"]',
      "kubernetes.version",
      "etcd.peerPort",
    ]);
  });

  test("what follows from a mistake is not one more", () => {
    expect(problems(local({ machines: [{ name: "m", roles: ["mastre"] }, worker] }))).toEqual([
      'machines[0].roles[0]: "mastre" is not allowed: use "master", "etcd" or "worker"',
    ]);
    const networking = { serviceSubnet: "10.0.0.0" };
    expect(problems(kubernetes({ networking, kubelet: { clusterDNS: ["10.0.0.10"] } }))).toHaveLength(1);
    expect(problems(local({ provider: "remote", ssh: {} }))).toHaveLength(1);
    expect(problems(local({ machines: "none" }))).toHaveLength(1);
  });

  test("one is one", () => {
    expect(() => parseEnvironment(local({ x: 1 }), { stack: "dev", directory: "/" })).toThrow(
      /^stack "dev" has 1 problem; nothing was contacted:\n/,
    );
  });
});

test("two machines whose names make two steps of one name are told", () => {
  expect(problems(localMachine({ name: "m-etcd" }))).toEqual([
    'machines[1].name: "m-etcd" would share the name of a step, m-etcd-member, with the member of etcd of machines[0]: give one of them another name',
  ]);
  expect(problems(localMachine({ name: "m-kubelet" }))).toEqual([]);
});
