import { kubernetes, local, localMachine, master, problems, worker, type Raw } from "./config.fixture";

const orNone = "or set workloads.enabled to false";
const restricted = { enforce: "restricted" };
const range = (range: string) => ({ apiServer: { extraArgs: { "service-node-port-range": range } } });

describe("settings beside which the workloads would never come up are refused", () => {
  const cases: readonly (readonly [string, Raw, string])[] = [
    [
      "a worker with a taint",
      localMachine({
        taints: [
          { key: "a", effect: "PreferNoSchedule" },
          { key: "b", effect: "NoExecute" },
        ],
      }),
      `machines: the workloads cannot be scheduled (w has the taint b:NoExecute): let a worker take pods, ${orNone}`,
    ],
    [
      "a worker and a master with taints",
      local({
        machines: [
          { ...master, taints: [{ key: "a", effect: "NoSchedule" }] },
          { ...worker, taints: [{ key: "b", effect: "NoExecute" }] },
        ],
      }),
      `machines: the workloads cannot be scheduled (w has the taint b:NoExecute, m has the taint a:NoSchedule): let a worker take pods, ${orNone}`,
    ],
    [
      "a port that is not of the stack's own range",
      kubernetes(range("20000+99")),
      `workloads.nginx.nodePort: 30080 is out of range: use one of service-node-port-range "20000+99", ${orNone}`,
    ],
    [
      "pods that are restricted",
      kubernetes({ security: { podSecurity: restricted } }),
      `kubernetes.security.podSecurity.enforce: "restricted" does not let the workloads into the namespace default, for nginx begins as root: add "default" to exemptNamespaces, ${orNone}`,
    ],
  ];
  test.each(cases)("%s", (_, raw, line) => expect(problems(raw)).toEqual([line]));
});

describe("workloads are taken", () => {
  const exempt = { ...restricted, exemptNamespaces: ["default"] };
  const file = "/etc/kubernetes/keelson/admission.yaml";
  const own = { extraArgs: { "admission-control-config-file": file }, files: [{ path: file, content: "{}" }] };
  const open = [
    { ...master, taints: [] },
    { ...worker, taints: [{ key: "b", effect: "NoExecute" as const }] },
  ];
  test.each<[string, Raw]>([
    ["where their namespace is exempt", kubernetes({ security: { podSecurity: exempt } })],
    [
      "where the stack says itself what pods may be",
      kubernetes({ apiServer: own, security: { podSecurity: restricted } }),
    ],
    [
      "at a port of the stack's own range",
      { ...kubernetes(range("20000-20099")), workloads: { nginx: { nodePort: 20080 } } },
    ],
    ["on a master that takes pods", local({ machines: open })],
    ["where a worker is cordoned for a time", local({ machines: [master, { ...worker, unschedulable: true }] })],
    [
      "anywhere where there are none",
      {
        ...kubernetes({ ...range("20080"), security: { podSecurity: restricted } }),
        machines: [master, { ...worker, taints: [{ key: "b", effect: "NoExecute" }] }],
        workloads: { enabled: false },
      },
    ],
  ])("%s", (_, raw) => expect(problems(raw)).toEqual([]));
});
