import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";

import type { EngineEvent, PreviewOptions, Stack } from "@pulumi/pulumi/automation";

import * as api from "../../components/endpoint/api";
import type { Request } from "../../cli/arguments";
import { plain } from "../../cli/color";
import { perform } from "../../cli/operations";
import * as project from "../../cli/project";
import { clusterOf, lookAt, nginxLine, troubles } from "../../cli/status";

jest.mock("../../cli/project", () => ({ root: "/nowhere", requireStack: () => undefined, openStack: jest.fn() }));
jest.mock("../../components/endpoint/api", () => ({ ask: jest.fn() }));

const canary = "CANARY-7f3a";

const request: Request = { command: "preview", stack: "unit", color: "auto", output: "json", diff: false };
let said: { out: string; err: string };

beforeEach(() => {
  said = { out: "", err: "" };
  for (const [name, stream] of [
    ["out", process.stdout],
    ["err", process.stderr],
  ] as const) {
    jest.spyOn(stream, "write").mockImplementation((text) => {
      said[name] += String(text);
      return true;
    });
  }
});

const open = (stack: object) =>
  jest.mocked(project.openStack).mockResolvedValue({ name: "unit", ...stack } as unknown as Stack);

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
    open({ preview });
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
    open({
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
    open({ preview });
    expect(await perform({ ...request, output: "text" })).toBe(0);
    expect(said.out).not.toContain(canary);
    expect(said.out).not.toContain("\x1b[");
    expect(said.out).toContain("  ~ nginx: spec.replicas: 3 → 5\n");
    expect(said.out).toContain("  ~ token\n");
  });
});

test("Ctrl-C waits for the engine, and is told from a failure", async () => {
  open({
    preview: () => {
      process.emit("SIGINT");
      return Promise.reject(new Error("code: 255"));
    },
  });
  const before = process.listenerCount("SIGINT");
  expect(await perform(request)).toBe(130);
  expect(said.err).toContain("interrupted: what is under way is finished first; Ctrl-C again leaves at once");
  expect(process.listenerCount("SIGINT")).toBe(before);
});

const condition = (type: string, status: string, reason?: string, message?: string) => ({
  type,
  status,
  reason,
  message,
});
const node = (name: string, ready: object) => ({
  metadata: { name },
  status: { conditions: [condition("MemoryPressure", "False"), ready], nodeInfo: { kubeletVersion: "v1.36.3" } },
});
const pod = (name: string, status: object, metadata: object = {}, nodeName?: string) => ({
  metadata: { name, namespace: "default", ...metadata },
  spec: { nodeName },
  status: { phase: "Pending", ...status },
});
const unready = [condition("Ready", "False", "ContainersNotReady", "containers with unready status: [nginx]")];
const lists: Readonly<Record<string, readonly object[]>> = {
  "/api/v1/nodes": [
    node("master-1", condition("Ready", "True", "KubeletReady", "kubelet is posting ready status")),
    node("worker-1", condition("Ready", "Unknown", "NodeStatusUnknown", "Kubelet stopped posting node status.")),
  ],
  "/api/v1/pods": [
    pod("well", { phase: "Running", conditions: [condition("Ready", "True")] }),
    pod("job", { phase: "Succeeded", conditions: [condition("Ready", "False", "PodCompleted")] }),
    pod("gone", { phase: "Running", conditions: unready }, { deletionTimestamp: "2026-01-01T00:00:00Z" }, "worker-1"),
    pod(
      "pulls",
      {
        conditions: unready,
        initContainerStatuses: [{ state: { terminated: { reason: "Completed" } } }],
        containerStatuses: [
          { state: { waiting: { reason: "PodInitializing" } } },
          { state: { waiting: { reason: "ImagePullBackOff", message: "no such image" } } },
        ],
      },
      {},
      "worker-2",
    ),
    pod("waits", { conditions: [condition("PodScheduled", "False", "Unschedulable", "0/3 nodes are available")] }),
    pod("evicted", { phase: "Failed", reason: "Evicted", message: "The node was low on resource: memory." }),
    pod(
      "runs",
      { phase: "Running", conditions: unready, containerStatuses: [{ state: { running: {} } }] },
      {},
      "worker-2",
    ),
  ],
};
const podsNotReady = [
  { namespace: "default", name: "gone", node: "worker-1", reason: "Terminating", message: "" },
  { namespace: "default", name: "pulls", node: "worker-2", reason: "ImagePullBackOff", message: "no such image" },
  { namespace: "default", name: "waits", node: "", reason: "Unschedulable", message: "0/3 nodes are available" },
  {
    namespace: "default",
    name: "evicted",
    node: "",
    reason: "Evicted",
    message: "The node was low on resource: memory.",
  },
  { namespace: "default", name: "runs", node: "worker-2", reason: "ContainersNotReady", message: unready[0]?.message },
];

describe("status", () => {
  let nginx: Server;
  let outputs: Record<string, { value: string; secret: boolean }>;
  beforeEach(async () => {
    nginx = createServer((_, response) => response.end()).listen(0, "127.0.0.1");
    await new Promise((resolve) => nginx.once("listening", resolve));
    outputs = {
      kubeconfig: { value: canary, secret: true },
      apiEndpoint: { value: "https://192.0.2.11:6443", secret: false },
      nginxUrl: { value: `http://127.0.0.1:${(nginx.address() as AddressInfo).port}`, secret: false },
    };
    const answer = (path: string, accept = "") =>
      accept.includes("Table") ? { columnDefinitions: [{ name: "Status" }], rows: [] } : { items: lists[path] };
    jest.mocked(api.ask).mockImplementation((_, { path, accept }) => {
      return Promise.resolve({ status: 200, text: JSON.stringify(answer(path, accept)), date: new Date(0) });
    });
  });
  afterEach(() => nginx.close());

  test("-o json is one object, without the kubeconfig", async () => {
    open({ outputs: () => Promise.resolve(outputs) });
    expect(await perform({ ...request, command: "status" })).toBe(0);
    expect([said.err, said.out.includes(canary)]).toEqual(["", false]);
    expect(JSON.parse(said.out)).toEqual({
      schema: 1,
      stack: "unit",
      apiEndpoint: "https://192.0.2.11:6443",
      nodes: [
        {
          name: "master-1",
          ready: true,
          reason: "KubeletReady",
          message: "kubelet is posting ready status",
          version: "v1.36.3",
        },
        {
          name: "worker-1",
          ready: false,
          ...{ reason: "NodeStatusUnknown", message: "Kubelet stopped posting node status.", version: "v1.36.3" },
        },
      ],
      podsNotReady,
      nginx: { url: outputs["nginxUrl"]?.value, ok: true, answer: "200" },
    });
  });

  test("ends with what somebody has to see to", async () => {
    open({ outputs: () => Promise.resolve(outputs) });
    expect(await perform({ ...request, command: "status", output: "text" })).toBe(0);
    expect(said.out).toMatch(/\n\nnot ready\n {2}node worker-1: .*\n\nnginx answers at http:\S+ \(200\)\n$/s);
    expect(said.out).toContain("  pod default/pulls on worker-2: ImagePullBackOff: no such image\n");
    expect(said.out).toContain("  pod default/waits: Unschedulable: 0/3 nodes are available\n");
    expect(said.out).toContain("  pod default/gone on worker-1: Terminating\n");
  });

  test("says nothing of trouble where there is none, and that nginx does not answer where it does not", async () => {
    const look = await lookAt(
      clusterOf("unit", { ...outputs, nginxUrl: { value: "http://127.0.0.1:1", secret: false } }),
    );
    expect(troubles({ ...look, nodes: look.nodes.slice(0, 1), podsNotReady: [] }, plain)).toEqual([]);
    expect(look.nginx?.ok).toBe(false);
    expect(nginxLine(look)).toEqual([expect.stringMatching(/^nginx does not answer at http:\/\/127\.0\.0\.1:1 \(/)]);
  });

  test("a stack without a cluster says how to have one", () => {
    expect(() => clusterOf("unit", {})).toThrow("stack unit has no cluster: run make up STACK=unit");
  });
});
