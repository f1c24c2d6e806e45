import { existsSync, rmSync } from "node:fs";

import type { EngineEvent, PreviewOptions, RefreshOptions } from "@pulumi/pulumi/automation";

import { giveUpLost } from "../../cli/lost";
import { perform } from "../../cli/operations";
import { openStack } from "../../cli/project";
import { lookAt, type Look } from "../../cli/status";
import { keyPair, loginKeyFile, stackDirectory } from "../../components/local/keys";
import { survey, type Container, type Survey } from "../../components/local/survey";
import { canary, listen, opens, request } from "./cli.fixture";

jest.mock("../../cli/project", () => ({ root: "/nowhere", requireStack: () => undefined, openStack: jest.fn() }));

jest.mock("../../components/local/survey", () => ({
  ...jest.requireActual<object>("../../components/local/survey"),
  survey: jest.fn(),
}));
jest.mock("../../cli/status", () => ({ ...jest.requireActual<object>("../../cli/status"), lookAt: jest.fn() }));
jest.mock("../../cli/tables", () => ({ nodeTable: () => "nodes", podTable: () => "pods" }));
jest.mock("../../cli/lost", () => ({ giveUpLost: jest.fn() }));
jest.mock("../../cli/recover", () => ({ recover: jest.fn() }));
jest.mock("../../cli/record", () => ({
  Recorder: class {
    event = jest.fn();
    end = jest.fn();
  },
}));

let said: ReturnType<typeof listen>;
beforeEach(() => {
  said = listen();
});

function step(
  name: string,
  op: string,
  type: string,
  inputs: readonly [object, object] = [{}, {}],
  path = "stdin",
): EngineEvent {
  const [old, now] = inputs;
  const metadata = {
    urn: `urn:pulumi:unit::keelson::keelson:x:X$${type}::${name}`,
    ...{ op, type, old: { inputs: old }, new: { inputs: now } },
    detailedDiff: { [path]: { diffKind: "update", inputDiff: true } },
  };
  return { resourcePreEvent: { metadata } } as unknown as EngineEvent;
}

const note = (message: string, urn = "", severity = "info") =>
  ({ diagnosticEvent: { urn, message, severity, color: "never" } }) as unknown as EngineEvent;

const secret = { stdin: canary, data: { token: canary } };
const events: readonly EngineEvent[] = [
  note("stand-in plugin for @pulumi/docker in use"),
  note("worker-1: leaves: its node is cordoned"),
  note("etcd: 3 → 4 members"),
  step("worker-1-docker", "update", "command:remote:Command", [{ stdin: "a" }, secret]),
  note("Docker restarts", "urn:pulumi:unit::keelson::keelson:x:X$command:remote:Command::worker-1-docker"),
  step("worker-1-join", "delete", "command:remote:Command", [secret, secret]),
  step("token", "update", "kubernetes:core/v1:Secret", [{ data: { token: "a" } }, secret], "data.token"),
  step(
    "nginx",
    "update",
    "kubernetes:apps/v1:Deployment",
    [{ spec: { replicas: 3 } }, { spec: { replicas: 5 } }],
    "spec.replicas",
  ),
  step("worker-2-join", "same", "command:remote:Command", [secret, secret]),
];
const preview = (options: PreviewOptions) => {
  options.onOutput?.(`+ stdin: ${canary}\n`);
  for (const event of events) options.onEvent?.(event);
  return Promise.resolve({ changeSummary: { update: 3, delete: 1, same: 1 } });
};

describe("preview -o json", () => {
  test("is one object of subjects, notes and steps, without a secret's value, and nothing else", async () => {
    opens({ preview });
    expect(await perform(request)).toBe(0);
    expect(said.out + said.err).not.toContain(canary);
    expect(JSON.parse(said.out)).toEqual({
      schema: 1,
      stack: "unit",
      subjects: [
        {
          name: "worker-1",
          notes: ["leaves: its node is cordoned"],
          steps: [
            { name: "worker-1-docker", kind: "update", words: "Docker restarts" },
            { name: "worker-1-join", kind: "delete", words: "" },
          ],
        },
        { name: "etcd", notes: ["3 → 4 members"], steps: [] },
        {
          name: "the cluster",
          notes: [],
          steps: [
            { name: "token", kind: "update", words: "" },
            { name: "nginx", kind: "update", words: "spec.replicas: 3 → 5" },
          ],
        },
      ],
      resources: { update: 3, delete: 1, same: 1 },
    });
  });

  test("says nothing on standard output where it fails, and the exit code says how", async () => {
    const refusal = 'stack "unit" cannot change like this; nothing was touched:\n  - kubernetes.version goes back';
    opens({
      preview: ({ onEvent }: PreviewOptions) => {
        onEvent?.(note(refusal, "", "error"));
        return Promise.reject(new Error("code: 255"));
      },
    });
    expect(await perform(request)).toBe(2);
    expect(said.out).toBe("");
    expect(said.err).toContain(refusal);
  });

  test("as text has no secret's value and no escapes in a pipe", async () => {
    opens({ preview });
    expect(await perform({ ...request, output: "text" })).toBe(0);
    expect(said.out).not.toContain(canary);
    expect(said.out).not.toContain("\x1b[");
    expect(said.out).toContain("  ~ nginx: spec.replicas: 3 → 5\n");
    expect(said.out).toContain("  ~ token\n");
  });
});

test("up ends with the commands that come next, also where the stack's file alone describes no cluster", async () => {
  const outputs = { kubeconfig: { value: "k" }, nodes: { value: [{ name: "m" }] } };
  opens({ up: () => Promise.resolve({ summary: { resourceChanges: { same: 2 } }, outputs }) });
  jest
    .mocked(lookAt)
    .mockResolvedValue({ podsNotReady: [], nodes: [], certificates: {}, nginx: null } as unknown as Look);
  expect([await perform({ ...request, command: "up", output: "text" }), said.err]).toEqual([0, ""]);
  expect(said.out).toContain(
    "next: make status STACK=unit, make kubeconfig STACK=unit, make shell MACHINE=m STACK=unit\n",
  );
});

test("destroy gives lost machines up before the engine reaches for them", async () => {
  const destroy = jest.fn(() => {
    expect(giveUpLost).toHaveBeenCalledTimes(1);
    return Promise.resolve({ summary: { resourceChanges: { delete: 2 } } });
  });
  jest.mocked(survey).mockReturnValue({ containers: new Map() });
  opens({ destroy });
  expect(await perform({ ...request, command: "destroy", output: "text" })).toBe(0);
  expect(destroy).toHaveBeenCalledTimes(1);
  expect(said.out).toContain("resources: 2 deleted\n");
});

describe("what this computer keeps of a stack", () => {
  const machine = { machine: "m", address: "", image: "", running: true } satisfies Container;
  const [none, some] = [new Map<string, Container>(), new Map([["m", machine]])];
  const stack = "unit-destroy";
  beforeEach(() => keyPair(loginKeyFile(stack)));
  afterEach(() => rmSync(stackDirectory(stack), { recursive: true, force: true }));

  async function destroyed(found: Survey, resourceChanges: object): Promise<boolean> {
    jest.mocked(survey).mockReturnValue(found);
    opens({ name: stack, destroy: () => Promise.resolve({ summary: { resourceChanges } }) });
    expect(await perform({ ...request, stack, command: "destroy", output: "text" })).toBe(0);
    return !existsSync(stackDirectory(stack));
  }

  test("goes with its machines", async () => {
    expect(await destroyed({ containers: none }, { delete: 2 })).toBe(true);
    expect(said.out).not.toContain("note");
  });
  test("stays where machines of another state live, and whoever destroyed nothing reads that", async () => {
    expect(await destroyed({ containers: some }, {})).toBe(false);
    expect(said.out).toContain(`stack ${stack} has no cluster in the backend in use: nothing was destroyed\n`);
    expect(said.out).toContain(
      `  note  machines of a stack ${stack} are on this computer (m): .keelson/${stack}, which has their keys, stays`,
    );
  });
  test("stays where Docker does not say whether there are machines", async () => {
    expect(await destroyed({ silence: "no answer", containers: none }, {})).toBe(false);
    expect(said.out).toContain(`  note  Docker does not answer on this computer (no answer): .keelson/${stack} stays`);
  });
  test("goes without Docker where no machine was ever a container", async () => {
    rmSync(loginKeyFile(stack));
    expect(await destroyed({ silence: "there is no command docker", containers: none }, { delete: 2 })).toBe(true);
  });
});

test("what only looks at a stack's state, or takes it away, makes none in a backend that has none", async () => {
  opens({ refresh: () => Promise.resolve({ summary: {} }) });
  expect(await perform({ ...request, command: "refresh", output: "text" })).toBe(0);
  expect(openStack).toHaveBeenLastCalledWith("unit", "found");
});

test("Ctrl-C waits for the engine, and is told from a failure", async () => {
  opens({
    preview: () => {
      process.emit("SIGINT");
      return Promise.reject(new Error("code: 255"));
    },
  });
  const before = process.listenerCount("SIGINT");
  expect(await perform(request)).toBe(130);
  expect(said.err).toContain(
    "interrupted: the engine ends what is under way, and keeps what is done; Ctrl-C again leaves at once",
  );
  expect(process.listenerCount("SIGINT")).toBe(before);
});

test("Ctrl-C says what is waited for, and for how long", async () => {
  opens({
    refresh: ({ onEvent }: RefreshOptions) => {
      onEvent?.(step("worker-1-docker", "update", "command:remote:Command"));
      onEvent?.(step("worker-2-docker", "update", "command:remote:Command"));
      process.emit("SIGINT");
      return Promise.reject(new Error("code: 255"));
    },
  });
  expect(await perform({ ...request, command: "refresh", output: "text" })).toBe(130);
  expect(said.err).toMatch(
    /ends what is under way \(worker-1-docker for \d+\.\d s, worker-2-docker for \d+\.\d s\), and keeps what is done/,
  );
});
