import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";

import { ask } from "../../components/endpoint/api";
import { plain } from "../../cli/color";
import { perform } from "../../cli/operations";
import { certificatesLine, clusterOf, lookAt, nginxLine, troubles, type Look } from "../../cli/status";
import { canary, listen, opens, request } from "./cli.fixture";

jest.mock("../../cli/project", () => ({ root: "/nowhere", requireStack: () => undefined, openStack: jest.fn() }));
jest.mock("../../components/endpoint/api", () => ({ ask: jest.fn() }));

let said: ReturnType<typeof listen>;
beforeEach(() => {
  said = listen();
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
    pod("gone", { phase: "Running", conditions: unready }, { deletionTimestamp: "2026-01-01T00:00:00Z" }, "worker-2"),
    pod("silent", { phase: "Running", conditions: [condition("Ready", "False")] }, {}, "worker-1"),
    pod("mute", { phase: "Running", conditions: [condition("Ready", "False")] }, {}, "worker-2"),
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
  { namespace: "default", name: "gone", node: "worker-2", reason: "Terminating", message: "" },
  { namespace: "default", name: "silent", node: "worker-1", reason: "NodeNotReady", message: "" },
  { namespace: "default", name: "mute", node: "worker-2", reason: "NotReady", message: "" },
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
    jest.mocked(ask).mockImplementation((_, { path, accept }) => {
      return Promise.resolve({ status: 200, text: JSON.stringify(answer(path, accept)), date: new Date(0) });
    });
  });
  afterEach(() => nginx.close());

  test("a node that no kubelet has told of yet is not ready", async () => {
    jest.mocked(ask).mockImplementation((_, { path }) => {
      const items = path.endsWith("/nodes") ? [{ metadata: { name: "new" } }] : [];
      return Promise.resolve({ status: 200, text: JSON.stringify({ items }), date: new Date(0) });
    });
    const { nodes } = await lookAt({ kubeconfig: canary, apiEndpoint: "" });
    expect(nodes).toEqual([{ name: "new", ready: false, reason: "NoStatus", message: "", version: "" }]);
  });

  test("-o json is one object, without the kubeconfig", async () => {
    opens({ outputs: () => Promise.resolve(outputs) });
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
      certificates: {},
    });
  });

  test("has the first end of each machine's certificates, and says which is the first of all", async () => {
    const ends = { "master-1": "2027-01-01T00:00:00Z", "etcd-1": "2026-12-02T00:00:00Z" };
    opens({ outputs: () => Promise.resolve({ ...outputs, certificates: { value: ends, secret: false } }) });
    expect(await perform({ ...request, command: "status" })).toBe(0);
    expect(JSON.parse(said.out)).toMatchObject({ certificates: ends });
    const lineAt = (now: string) =>
      certificatesLine(
        { certificates: ends } as unknown as Look,
        (color, text) => `${color} ${text}`,
        Date.parse(now) / 1000,
      )[0];
    const told = "(2026-12-02T00:00:00Z); make preview says when they are renewed";
    expect(lineAt("2026-10-01T00:00:00Z")).toBe(`certificates: the first, of etcd-1, ends in 62 days ${told}`);
    expect(lineAt("2026-12-01T12:00:00Z")).toBe(`red certificates: the first, of etcd-1, ends in 12 hours ${told}`);
    expect(lineAt("2026-12-05T00:00:00Z")).toBe(`red certificates: the first, of etcd-1, has ended 3 days ago ${told}`);
  });

  test("ends with what somebody has to see to", async () => {
    opens({ outputs: () => Promise.resolve(outputs) });
    expect(await perform({ ...request, command: "status", output: "text" })).toBe(0);
    expect(said.out).toMatch(/\n\nnot ready\n {2}node worker-1: .*\n\nnginx answers at http:\S+ \(200\)\n$/s);
    expect(said.out).toContain("  pod default/pulls on worker-2: ImagePullBackOff: no such image\n");
    expect(said.out).toContain("  pod default/waits: Unschedulable: 0/3 nodes are available\n");
    expect(said.out).toContain("  pod default/gone on worker-2: Terminating\n");
  });

  test("says nothing of trouble where there is none, and that nginx does not answer where it does not", async () => {
    const look = await lookAt(
      clusterOf("unit", { ...outputs, nginxUrl: { value: "http://127.0.0.1:1", secret: false } }),
    );
    expect(troubles({ ...look, nodes: look.nodes.slice(0, 1), podsNotReady: [] }, plain)).toEqual([]);
    expect(look.nginx).toMatchObject({ ok: false, answer: expect.not.stringMatching(/^fetch failed/) as string });
    expect(nginxLine(look)).toEqual([expect.stringMatching(/^nginx does not answer at http:\/\/127\.0\.0\.1:1 \(/)]);
  });

  test("a stack without a cluster says how to have one", () => {
    expect(() => clusterOf("unit", {})).toThrow("stack unit has no cluster: run make up STACK=unit");
  });
});
