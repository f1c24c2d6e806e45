import type { EngineEvent, OpType } from "@pulumi/pulumi/automation";

import { tellFailure } from "../../cli/failure";
import { Progress, phaseOf, plainText, seconds } from "../../cli/progress";

const urnOf = (name: string, type = "keelson:worker:Worker$command:remote:Command") =>
  `urn:pulumi:dev::keelson::${type}::${name}`;
const urn = urnOf("worker-1-join");

let said: string;
let progress: Progress;
const out = (isTTY: boolean) =>
  ({ isTTY, columns: 100, write: (text: string) => (said += text) }) as unknown as NodeJS.WriteStream;
const spoken = () => {
  const text = said;
  said = "";
  return text;
};

beforeEach(() => {
  jest.useFakeTimers();
  said = "";
  progress = new Progress(out(false));
});
afterEach(() => {
  progress.close();
  jest.useRealTimers();
});

const event = (event: object) => progress.event(event as EngineEvent);
const metadata = (urn: string, op: OpType) => ({ urn, op, type: urn.split("::")[2]?.split("$").at(-1) ?? "" });
const begin = (urn: string, op: OpType = "create") => event({ resourcePreEvent: { metadata: metadata(urn, op) } });
const end = (urn: string, op: OpType = "create") => event({ resOutputsEvent: { metadata: metadata(urn, op) } });
const fail = (urn: string, op: OpType = "create") => event({ resOpFailedEvent: { metadata: metadata(urn, op) } });
const tell = (message: string, urn = "", severity = "info") => event({ diagnosticEvent: { urn, message, severity } });

test.each([
  ["keelson:docker:DockerEngine$command:remote:Command", "docker"],
  ["keelson:index:Cluster$keelson:local:LocalMachines$docker:index/container:Container", "machines"],
  ["keelson:index:Cluster$kubernetes:core/v1:Namespace", "cluster"],
  ["keelson:local:LocalMachines$docker:index/container:Container", "machines"],
  ["keelson:workloads:Workloads$kubernetes:apps/v1:Deployment", "workloads"],
  ["keelson:nodes:Nodes$kubernetes:core/v1:NodePatch", "nodes"],
  ["kubernetes:core/v1:Namespace", "cluster"],
  ["", "cluster"],
])("a resource of %j belongs to %s", (type, phase) => {
  expect(phaseOf(urnOf("keelson:docker:x", type))).toBe(phase);
});
test("a step of a machine is told under its own title, wherever it lies", () => {
  expect(phaseOf(urnOf("worker-1-proxy", "keelson:endpoint:ApiProxies$command:remote:Command"))).toBe("proxies");
  expect(phaseOf(urnOf("master-1-member", "command:remote:Command"))).toBe("nodes");
});

test("colours of the engine and of terminals are nothing to read", () => {
  expect(plainText("<{%fg 1%}>error: <{%reset%}>100 % of \x1b[31mit\x1b[0m <b> {%")).toBe("error: 100 % of it <b> {%");
});

test("times are told in seconds", () => {
  expect([seconds(0), seconds(1249), seconds(123_456)]).toEqual(["  0.0 s", "  1.2 s", "123.5 s"]);
});

describe("a line is told", () => {
  test("when work is done, with its time and what it said last", () => {
    begin(urn);
    jest.advanceTimersByTime(1500);
    tell("<{%reset%}>waiting for the API\njoined\n", urn);
    expect(spoken()).toBe("");
    end(urn);
    expect(spoken()).toBe("  done     nodes     worker-1-join            1.5 s  joined\n");
    end(urn);
    expect(spoken()).toBe("");
  });
  test.each<[OpType, string]>([
    ["update", "changed"],
    ["delete", "removed"],
    ["create-replacement", "replaced"],
    ["delete-replaced", "removed"],
  ])("for %s", (op, word) => {
    begin(urn, op);
    end(urn, op);
    expect(spoken()).toMatch(new RegExp(`^ {2}${word} +nodes +worker-1-join +0\\.0 s\n$`));
  });
  test("for nothing that changes nothing", () => {
    begin(urn, "same");
    end(urn, "same");
    begin(urnOf("docker", "keelson:docker:DockerEngine"));
    begin(urnOf("cluster", "pulumi:providers:kubernetes"));
    jest.advanceTimersByTime(60_000);
    expect([spoken(), progress.steps]).toEqual(["", []]);
  });
  test("without what the work waited for, which is over", () => {
    const deployment = urnOf("nginx", "keelson:workloads:Workloads$kubernetes:apps/v1:Deployment");
    begin(deployment);
    tell("2 of 3 pods are available", deployment);
    end(deployment);
    expect(spoken()).toMatch(/nginx +0\.0 s\n$/);
  });
  test("of work that failed, without what it said: that is told below", () => {
    begin(urn);
    tell("it broke", urn, "error");
    fail(urn);
    expect(spoken()).toMatch(/^ {2}FAILED {3}nodes +worker-1-join +0\.0 s\n$/);
    expect(progress.steps).toMatchObject([{ urn, name: "worker-1-join", phase: "nodes", failed: true }]);
  });
  test("once of what is of no resource", () => {
    tell("stand-in plugins");
    tell("stand-in plugins");
    tell("");
    expect(spoken()).toBe("  note  stand-in plugins\n");
  });
  test("now and then of what is under way, in a pipe", () => {
    begin(urn);
    begin(urnOf("worker-2-join"));
    tell("waiting", urn);
    jest.advanceTimersByTime(9_999);
    expect(spoken()).toBe("");
    jest.advanceTimersByTime(1);
    expect(spoken()).toBe("  now      nodes     worker-1-join           10.0 s (and 1 more)  waiting\n");
    progress.close();
    jest.advanceTimersByTime(60_000);
    expect(spoken()).toBe("");
  });
  test("with no escapes in a pipe, and over itself on a terminal", () => {
    const escape = "\x1b[";
    const run = () => {
      begin(urn);
      jest.advanceTimersByTime(10_000);
      end(urn);
      return spoken();
    };
    expect(run()).not.toContain(escape);
    progress.close();
    progress = new Progress(out(true));
    expect(run()).toContain(`${escape}2K\r`);
  });
});

describe("a failure", () => {
  let written: string;
  beforeEach(() => {
    written = "";
    jest.spyOn(process.stderr, "write").mockImplementation((text) => {
      written += String(text);
      return true;
    });
  });

  test("is told with its machine, its cause first, what led to it, and what to do next", () => {
    begin(urn);
    tell("downloading\nwaiting for the API\nerror: the token did not appear\n", urn, "error");
    tell('error: Process exited with status 1: running "sudo -n bash -s -- up"', urn, "error");
    fail(urn);
    tellFailure(progress, new Error("code: 255"), { stack: "dev", command: "up" });
    expect(written).toBe(
      [
        "\nfailed: nodes, worker-1-join",
        "  error: the token did not appear",
        "  downloading",
        "  waiting for the API",
        "\nnext: correct the cause and run make up again: it goes on from where it stopped\n",
      ].join("\n"),
    );
  });
  test("shows the last lines, and no more", () => {
    const lines = Array.from({ length: 40 }, (_, index) => `line ${index}`);
    begin(urn);
    tell([...lines, "error: it broke"].join("\n"), urn, "error");
    fail(urn);
    tellFailure(progress, undefined, { stack: "dev", command: "up" });
    expect(written.match(/line \d+/g)).toEqual(lines.slice(-15));
  });
  test("of several machines is told of each", () => {
    for (const name of ["worker-1-join", "worker-2-join"]) {
      begin(urnOf(name));
      tell(`error: ${name} broke`, urnOf(name), "error");
      fail(urnOf(name));
    }
    tellFailure(progress, undefined, { stack: "prod", command: "up" });
    expect(written).toMatch(/failed: nodes, worker-1-join\n.*worker-1-join broke\n\nfailed: nodes, worker-2-join\n/s);
    expect(written).toContain("run make up STACK=prod again");
  });
  test.each([
    ['Conflict. The container name "/keelson-dev-m" is already in use by', "docker network rm keelson-dev"],
    ["network with name keelson-dev already exists", "another checkout made"],
    ["after 4 failed attempts: ssh: handshake failed: ssh: host key mismatch", "correct its hostKey"],
    [
      "after 9 failed attempts: dial tcp 192.0.2.1:22: i/o timeout",
      "worker-1 does not answer: start it and run make up",
    ],
    ["invalid pool request: Pool overlaps with other one on this address space", "set local.subnet"],
  ])("in other programs' words is explained: %s", (words, explanation) => {
    begin(urn);
    tell(`error: ${words}`, urn, "error");
    fail(urn);
    tellFailure(progress, undefined, { stack: "dev", command: "up" });
    expect(written).toContain(explanation);
  });
  test.each([
    [
      "after 4 failed attempts: ssh: handshake failed: ssh: host key mismatch",
      /w-1 is known by the host key in the state.*, run\s+make up STACK=prod,.* then make destroy/s,
    ],
    [
      "after 9 failed attempts: dial tcp 192.0.2.1:22: i/o timeout",
      /w-1 does not answer: .* lost: true in its line .* Pulumi.prod.yaml/,
    ],
  ])("of destroy says what helps there, where no program runs: %s", (words, way) => {
    const rollout = urnOf("w-1-rollout");
    begin(rollout, "delete");
    tell(`error: ${words}`, rollout, "error");
    fail(rollout, "delete");
    tellFailure(progress, undefined, { stack: "prod", command: "destroy" });
    expect(written).toMatch(way);
    expect(written).toMatch(/make destroy STACK=prod undoes nothing on it/);
  });
  test.each([
    "failed to read resource state due to unreachable cluster. If the cluster has been deleted, you can edit the pulumi state to remove this resource or retry with the PULUMI_K8S_DELETE_UNREACHABLE environment variable set to true.",
    'configured Kubernetes cluster is unreachable: Get "https://192.0.2.11:6443/openapi"\nIf the cluster has been deleted, you can edit the pulumi state to remove this resource',
    "the cluster at https://192.0.2.11:6443 cannot be reached: ECONNREFUSED. If the cluster is gone for good, set PULUMI_K8S_DELETE_UNREACHABLE=true and run again.",
    "the cluster at https://192.0.2.11:6443 cannot be reached: ECONNREFUSED. Set PULUMI_K8S_DELETE_UNREACHABLE=true.",
  ])("of an API that is away never comes with the advice to forget what is in the cluster: %s", (words) => {
    begin(urn);
    tell(words, urn, "error");
    fail(urn);
    tellFailure(progress, undefined, { stack: "prod", command: "up" });
    expect(written).not.toMatch(/DELETE_UNREACHABLE|has been deleted|edit the pulumi state|gone for good/);
    expect(written).toMatch(/unreachable|cannot be reached: ECONNREFUSED\./);
    expect(written).toContain("make doctor STACK=prod");
  });
  test("of no resource is told by what was reported, once, or else by the error", () => {
    tell("the configuration has 1 problem", "", "error");
    tell("the configuration has 1 problem", "", "error");
    tellFailure(progress, new Error("code: 255"), { stack: "dev", command: "up" });
    expect(written.startsWith("\nthe configuration has 1 problem\n\nnext: ")).toBe(true);
    written = "";
    tellFailure(new Progress(out(false)), new Error("code: 255"), { stack: "dev", command: "destroy" });
    expect(written).toMatch(/^\ncode: 255\n\nnext: correct the cause and run make destroy again: /);
    expect(written).not.toMatch(/\bat /);
  });
});
