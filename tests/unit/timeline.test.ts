import { mkdtempSync, readFileSync, rmSync, statSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

import type { EngineEvent } from "@pulumi/pulumi/automation";

import { Recorder, recordsOf } from "../../cli/record";
import { criticalPath, type Resource } from "../../toolchain/seconds/path";
import { runIn } from "../../toolchain/seconds/run";
import { svgOf } from "../../toolchain/seconds/svg";
import { textOf } from "../../toolchain/seconds/text";

// What `make timeline` makes of the engine's events.
const urnOf = (name: string, type = "command:remote:Command") => `urn:pulumi:dev::keelson::${type}::${name}`;
const began = 1_795_000_000;
const line = (at: number, event: object) => JSON.stringify({ timestamp: began + at, ...event });
const metadata = (name: string, op = "create", type = "command:remote:Command") => ({
  ...{ op, type, urn: urnOf(name, type) },
});
const begin = (at: number, name: string, ...how: [op?: string, type?: string]) =>
  line(at, { resourcePreEvent: { metadata: metadata(name, ...how) } });
const end = (at: number, name: string, ...how: [op?: string, type?: string]) =>
  line(at, { resOutputsEvent: { metadata: metadata(name, ...how) } });
const fail = (at: number, name: string) => line(at, { resOpFailedEvent: { metadata: metadata(name) } });
const tell = (at: number, name: string, message: string) =>
  line(at, { diagnosticEvent: { urn: urnOf(name), severity: "info", message } });

const log = [
  line(0, { began: "up", stack: "dev" }),
  line(1.25, { preludeEvent: {} }),
  begin(2.5, "dev", "create", "pulumi:pulumi:Stack"),
  begin(3, "worker-1", "create", "docker:index/container:Container"),
  end(4, "worker-1", "create", "docker:index/container:Container"),
  begin(5, "worker-1-docker"),
  begin(5, "master-1-docker"),
  tell(6, "worker-1-docker", "<{%reset%}>installing packages: docker.io\n"),
  end(9, "master-1-docker"),
  end(15, "worker-1-docker"),
  begin(9.5, "master-1-kubelet"),
  end(11, "master-1-kubelet"),
  begin(16, "worker-1-kubelet"),
  end(20, "worker-1-kubelet"),
  begin(20, "same", "same"),
  end(20, "same", "same"),
  end(21.5, "dev", "create", "pulumi:pulumi:Stack"),
  line(22, { ended: true }),
].join("\n");
const state: readonly Resource[] = [
  { urn: urnOf("worker-1-kubelet"), dependencies: [urnOf("kubelets", "keelson:kubelet:Kubelets")] },
  { urn: urnOf("kubelets", "keelson:kubelet:Kubelets"), dependencies: [urnOf("master-1-docker")] },
];
const names = (resources: readonly Resource[], text = log) =>
  criticalPath(runIn(text), resources).map(({ step }) => step.name);

test("a run is read from its events: steps with their machines, phases and times", () => {
  const { steps, ...run } = runIn(log);
  expect(run).toEqual({
    ...{ title: "up of dev", began: new Date(began * 1000).toISOString() },
    ...{ prepared: 2.5, seconds: 22, grain: 0.05 },
  });
  expect(steps.map(({ name, lane, phase, start, end }) => [name, lane, phase, start, end])).toEqual([
    // A container is its machine's, for its name is the machine's.
    ["worker-1", "cluster", "cluster", 3, 4],
    ["master-1-docker", "master-1", "docker", 5, 9],
    ["worker-1-docker", "worker-1", "docker", 5, 15],
    ["master-1-kubelet", "master-1", "kubelets", 9.5, 11],
    ["worker-1-kubelet", "worker-1", "kubelets", 16, 20],
  ]);
});

test("a container is told with its machine", () => {
  const type = "keelson:local:LocalMachines$docker:index/container:Container";
  const event = (kind: string, at: number) =>
    line(at, {
      [kind]: { metadata: { op: "create", type: "docker:index/container:Container", urn: urnOf("m", type) } },
    });
  const { steps } = runIn([event("resourcePreEvent", 1), event("resOutputsEvent", 2), begin(3, "m-docker")].join("\n"));
  expect(steps.map(({ lane, phase }) => [lane, phase])).toEqual([
    ["m", "machines"],
    ["m", "docker"],
  ]);
});

describe("the critical path", () => {
  test("goes by what the state says that steps wait for, through what did nothing itself", () => {
    expect(names(state)).toEqual(["worker-1", "master-1-docker", "worker-1-kubelet"]);
  });
  test("goes by what ended before, where the state says nothing", () => {
    expect(names([])).toEqual(["worker-1", "worker-1-docker", "worker-1-kubelet"]);
  });
  test("takes nothing that ended later for what was waited for", () => {
    const turned = [{ urn: urnOf("worker-1-docker"), dependencies: [urnOf("worker-1-kubelet")] }];
    expect(names(turned)).toEqual(["worker-1", "worker-1-docker", "worker-1-kubelet"]);
  });
  test("is followed in a log with whole seconds as well", () => {
    const whole = [begin(0, "a"), end(2, "a"), begin(1, "b"), end(3, "b")].join("\n");
    expect(names([{ urn: urnOf("b"), dependencies: [urnOf("a")] }], whole)).toEqual(["a", "b"]);
  });
});

describe("a run that did not end well", () => {
  test("shows what failed", () => {
    const run = runIn([begin(0, "a-docker"), tell(1, "a-docker", "no space left"), fail(2.5, "a-docker")].join("\n"));
    expect(run.steps).toMatchObject([{ failed: true, isCutOff: false, end: 2.5 }]);
    expect(textOf(run, criticalPath(run, []))).toContain("a-docker failed after 2.5 s\n");
    expect(svgOf(run, [])).toContain(", failed</title>");
  });
  test("shows what was under way when it was killed, in the middle of a line", () => {
    const run = runIn([begin(0, "a-docker"), begin(4.5, "b-docker"), '{"timestamp":17950'].join("\n"));
    expect(run.steps.map(({ name, isCutOff, end }) => [name, isCutOff, end])).toEqual([
      ["a-docker", true, 4.5],
      ["b-docker", true, 4.5],
    ]);
    expect(textOf(run, [])).toContain("a-docker was cut off after 4.5 s\n");
  });
  test("is refused where it is none", () => {
    expect(() => runIn("no events\n")).toThrow("there is no event of the engine in it");
  });
});

test("of a log with a preview in it the update counts", () => {
  const planned = { metadata: metadata("a-docker"), planning: true };
  const run = runIn(
    [
      ...[line(0, { preludeEvent: {} }), line(1, { resourcePreEvent: planned }), line(3, { resOutputsEvent: planned })],
      ...[line(4, { preludeEvent: {} }), begin(5, "a-docker"), end(9, "a-docker")],
    ].join("\n"),
  );
  expect(run.steps.map(({ start, end }) => [start, end])).toEqual([[1, 5]]);
  expect([run.title, run.grain]).toEqual(["run of dev", 1]);
});

test("the text has the critical path with what each step said, and sums by phase", () => {
  const run = runIn(log);
  expect(textOf(run, criticalPath(run, [])).split("\n")).toEqual([
    `up of dev, ${run.began}: 22.0 s, 5 steps`,
    "",
    "    from   waits   takes  the critical path",
    "     0.0             2.5  the engine and the program begin",
    "     3.0     0.5     1.0  cluster    worker-1",
    "     5.0     1.0    10.0  docker     worker-1-docker",
    "     5.0             1.0               begins",
    "     6.0             9.0               installing packages: docker.io",
    "    16.0     1.0     4.0  kubelets   worker-1-kubelet",
    "    20.0             2.0  the engine ends",
    "",
    "   steps     sum longest  phases, with their longest steps",
    "       2    14.0    10.0  docker     worker-1-docker",
    "       2     5.5     4.0  kubelets   worker-1-kubelet",
    "       1     1.0     1.0  cluster    worker-1",
    "",
  ]);
});

test("the picture has a lane for each machine, and a bar for each step, with its seconds", () => {
  const run = runIn(log);
  const svg = svgOf(run, criticalPath(run, []));
  expect([...svg.matchAll(/class="lane">([^<]*)</g)].map(([, lane]) => lane)).toEqual([
    "master-1",
    "worker-1",
    "cluster",
  ]);
  expect([...svg.matchAll(/<g><title>([^<]*)</g)]).toHaveLength(5);
  expect(svg).toContain("<title>worker-1-docker (docker): 5.0 to 15.0 s, 10.0 s</title>");
  expect([...svg.matchAll(/stroke="#000" stroke-width="2"\/><text[^>]*>(?:docker|kubelet)/g)]).toHaveLength(2);
});

describe("what a run keeps", () => {
  const project = mkdtempSync(join(tmpdir(), "keelson-record-"));
  afterAll(() => rmSync(project, { recursive: true }));
  const secret = { password: "hunter2" };
  const take = (command: string, stack = "dev") => {
    const recorder = new Recorder({ stack, command }, project);
    for (const event of [
      { resourcePreEvent: { metadata: { ...metadata("a-docker"), old: null, new: { inputs: secret } } } },
      {
        diagnosticEvent: {
          urn: urnOf("a-docker"),
          message: `<{%fg 1%}>first\nlast ${"x".repeat(500)}\n`,
          severity: "info",
        },
      },
      { resOutputsEvent: { metadata: { ...metadata("a-docker"), new: { outputs: secret } } } },
      { stdoutEvent: { message: "hunter2" } },
    ]) {
      recorder.event(event as unknown as EngineEvent);
    }
    recorder.end();
    return recordsOf(stack, project);
  };

  test("is when what was done, for its owner alone, without any value of a resource", () => {
    const [file = ""] = take("up");
    const text = readFileSync(file, "utf8");
    expect(text).not.toContain("hunter2");
    expect(statSync(file).mode & 0o777).toBe(0o600);
    const run = runIn(text);
    expect([run.title, run.grain]).toEqual(["up of dev", 0.05]);
    expect(run.steps[0]?.said[0]?.text).toMatch(/^last x{195}$/);
  });
  test("are its stack's last five runs", () => {
    take("up", "dev-2");
    const real = performance.timeOrigin;
    for (let second = 1; second <= 6; second++) {
      Object.defineProperty(performance, "timeOrigin", { value: real + second * 1000, configurable: true });
      take(second % 2 === 0 ? "destroy" : "up");
    }
    Object.defineProperty(performance, "timeOrigin", { value: real, configurable: true });
    expect(recordsOf("dev", project)).toHaveLength(5);
    expect(recordsOf("dev-2", project)).toHaveLength(1);
    expect(recordsOf("dev", project).at(-1)).toMatch(/\/dev-destroy-[^/]*\.jsonl$/);
  });
});
