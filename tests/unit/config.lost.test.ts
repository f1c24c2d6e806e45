import { parseEnvironment } from "../../components/environment";
import {
  key,
  kubernetes,
  local,
  localMachine,
  master,
  problems,
  remote,
  remoteMaster,
  remoteWorker,
  worker,
  type Raw,
} from "./config.fixture";

const environment = (raw: Raw) => parseEnvironment(raw, { stack: "dev", directory: "/project", readFile: key });
const lost = { lost: true };
const etcd = (name: string, more: Raw = {}) => ({ name, roles: ["etcd"], ...more });

describe("a machine that is lost", () => {
  const first = { ...master, name: "one", roles: ["master", "etcd"] };

  test("is none of the cluster's machines, and is known apart from them", () => {
    const { machines, lost: gone } = environment(
      remote({ machines: [remoteMaster, remoteWorker, { ...remoteWorker, ...lost, name: "x", address: "192.0.2.3" }] }),
    );
    expect(machines.map(({ name, lost }) => [name, lost])).toEqual([
      ["m", false],
      ["w", false],
    ]);
    expect(gone.map(({ name, address, roles, lost }) => ({ name, address, roles, lost }))).toEqual([
      { name: "x", address: "192.0.2.3", roles: ["worker"], lost: true },
    ]);
    expect([Object.isFrozen(machines), Object.isFrozen(gone)]).toEqual([true, true]);
  });
  test("keeps its place among the addresses, so that the others keep theirs", () => {
    const addresses = environment(local({ machines: [master, { ...worker, ...lost }, { name: "x" }] }));
    expect(addresses.machines.map(({ address }) => address)).toEqual(["172.30.0.11", "172.30.0.13"]);
    expect(addresses.lost.map(({ address }) => address)).toEqual(["172.30.0.12"]);
  });
  test("still has a name and an address of its own", () => {
    expect(problems(local({ machines: [master, worker, { ...worker, ...lost }] }))).toEqual([
      'machines[2].name: "w" is the name of machines[1] as well: give each machine a name of its own',
    ]);
  });
  test("leaves an even number of etcd's members, for as long as it is in the list", () => {
    const members = (...more: readonly Raw[]) => problems(local({ machines: [first, etcd("two"), ...more, worker] }));
    expect(members(etcd("three", lost))).toEqual([]);
    expect(members(etcd("three", lost), etcd("four"))).toEqual([]);
    expect(members(etcd("three"), etcd("four"))).toEqual([
      "machines: 4 machines are members of etcd (one, two, three, four), and an even number tolerates no more failures than one member less: use 1, 3 or 5",
    ]);
    expect(members({ name: "x", ...lost })).toEqual([
      "machines: 2 machines are members of etcd (one, two), and an even number tolerates no more failures than one member less: use 1, 3 or 5",
    ]);
  });
  test("is not the only member of etcd, or every one", () => {
    const message = "machines: every member of etcd is lost, and the cluster's data with them: build a new one";
    const only = { ...master, name: "one", roles: ["master"] };
    expect(problems(local({ machines: [only, etcd("two", lost), worker] }))).toEqual([message]);
    const three = ["two", "three", "four"].map((name) => etcd(name, lost));
    expect(problems(local({ machines: [only, ...three, worker] }))).toEqual([message]);
  });
  test("is not the only master, or the only worker where there are workloads", () => {
    expect(problems(local({ machines: [{ ...master, ...lost }, worker] }))).toEqual([
      'machines: no machine has the role "master": give it to one',
      "machines: every member of etcd is lost, and the cluster's data with them: build a new one",
    ]);
    expect(problems(localMachine(lost))).toEqual([
      'machines: no machine has the role "worker", so the workloads cannot be scheduled: give it to one, or set workloads.enabled to false',
    ]);
    expect(problems({ ...localMachine(lost), workloads: { enabled: false } })).toEqual([]);
  });
  test("is lost, or is not", () => {
    expect(problems(localMachine({ lost: "yes" }))).toEqual([
      'machines[1].lost: "yes" is not allowed: use true or false',
    ]);
  });
});

describe("how many workers may restart at a time", () => {
  const share = (value: unknown) => environment(kubernetes({ maxUnavailable: value })).kubernetes.maxUnavailable;

  test("is one, unless it is told otherwise", () => {
    expect(environment(local()).kubernetes.maxUnavailable).toBe(1);
    expect([1, 20, "1%", "50%", "100%"].map(share)).toEqual([1, 20, "1%", "50%", "100%"]);
  });
  test.each(["0%", 0, "101%", 1.5, -1, "3", "5 %", "050%", "%", true])("is not %j", (value) => {
    expect(problems(kubernetes({ maxUnavailable: value }))).toEqual([
      `kubernetes.maxUnavailable: ${JSON.stringify(value)} is neither a number nor a percentage: use 1 or more, or "1%" to "100%"`,
    ]);
  });
});

describe("how long pods may take to leave", () => {
  test("is two minutes, unless it is told otherwise", () => {
    expect(environment(local()).kubernetes.drainTimeout).toBe(120);
    expect(environment(kubernetes({ drainTimeout: 3600 })).kubernetes.drainTimeout).toBe(3600);
  });
  test.each([
    [0, "0 is out of range: use 1 to 3600"],
    [3601, "3601 is out of range: use 1 to 3600"],
    ["2m", '"2m" is not allowed: use a whole number, 1 to 3600'],
  ])("is not %j", (value, message) => {
    expect(problems(kubernetes({ drainTimeout: value }))).toEqual([`kubernetes.drainTimeout: ${message}`]);
  });
});

test("the annotation by which a node's machine is known is keelson's", () => {
  expect(problems(localMachine({ annotations: { "keelson.io/machine": "mine" } }))).toEqual([
    'machines[1].annotations["keelson.io/machine"]: keelson sets it itself: leave it out',
  ]);
});
