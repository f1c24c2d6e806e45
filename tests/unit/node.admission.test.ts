import * as pulumi from "@pulumi/pulumi";

import { Admission } from "../../components/node/admission";
import { loopbackCertificate } from "../support/certificate";
import { TestApi } from "../support/kubernetesApi";

const certificate = loopbackCertificate();
const node = "/api/v1/nodes/worker-1";
const identity = "ssh-ed25519 AAAA";
const policies = ["validatingadmissionpolicybindings", "validatingadmissionpolicies"].map(
  (kind) => `/apis/admissionregistration.k8s.io/v1/${kind}/keelson-lost-worker-1`,
);
let api: TestApi;
let log: jest.SpyInstance;
beforeEach(async () => {
  log = jest.spyOn(pulumi.log, "info").mockResolvedValue();
  api = new TestApi(certificate);
  await api.listen();
});
afterEach(() => {
  api.close();
  jest.restoreAllMocks();
});

const admission = (joined?: string) =>
  new Admission(
    { name: "worker-1", identity, joined: joined === undefined ? undefined : pulumi.output(joined) },
    pulumi.output(api.kubeconfig),
  );
/** The cluster has a node of this name, which says whose it is, or does not. */
const hasNode = (machine?: string) =>
  api.objects.set(node, {
    kind: "Node",
    metadata: { name: "worker-1", annotations: machine === undefined ? {} : { "keelson.io/machine": machine } },
  });
const tokens = () => [...api.objects.keys()].filter((path) => path.includes("bootstrap-token-"));
const said = () => log.mock.calls.map(([text]) => String(text));
const changed = () => api.changes.map(({ method, path }) => `${method} ${path}`);

describe("a machine that is to join", () => {
  test("is kept out no longer where it was lost before: the binding goes first, and another machine's stays", async () => {
    for (const path of policies) api.objects.set(path, { kind: "Policy" });
    api.objects.set(`${policies[1]}1`, { kind: "Policy" });
    await admission().before();
    expect(changed().slice(0, 2)).toEqual(policies.map((path) => `DELETE ${path}`));
    expect([...api.objects.keys()].filter((path) => path.includes("keelson-lost"))).toEqual([`${policies[1]}1`]);
  });
  test.each([
    ["there is no node", () => undefined],
    ["the node does not tell of its machine yet", () => void hasNode()],
    ["the node is of this machine", () => void hasNode(identity)],
  ])("has a token, and nothing else changes, where %s", async (_, prepare) => {
    prepare();
    const before = api.objects.get(node);
    await admission("no").before();
    expect(api.objects.get(node)).toBe(before);
    expect(tokens()).toHaveLength(1);
    expect(said()).toEqual([]);
  });
  test.each([undefined, "no", ""])(
    "takes the name of a node of another machine, which told %p of itself",
    async (joined) => {
      hasNode("ssh-ed25519 AAAB");
      await admission(joined).before();
      expect(api.objects.has(node)).toBe(false);
      expect(said()).toEqual(["node worker-1 belonged to the machine that was here before: it is deleted"]);
      expect(tokens()).toHaveLength(1);
    },
  );
  test("has a token only when the other machine's node is gone", async () => {
    hasNode("ssh-ed25519 AAAB");
    await admission().before();
    const [gone, made] = ["DELETE", "POST"].map((method) =>
      api.changes.findIndex((change) => change.method === method && /nodes|secrets/.test(change.path)),
    );
    expect(gone).toBeGreaterThanOrEqual(0);
    expect(made).toBeGreaterThan(gone ?? NaN);
  });
  test("keeps its node where it has joined, whatever key it was known by before", async () => {
    hasNode("192.0.2.7");
    await admission("yes").before();
    expect(api.objects.has(node)).toBe(true);
    expect(said()).toEqual(["worker-1 is the same machine under another host key or host: its node stays"]);
    const patch = api.changes.find(({ method }) => method === "PATCH");
    expect(patch).toMatchObject({
      path: node,
      body: { metadata: { annotations: { "keelson.io/machine": identity } } },
    });
    expect(api.forms[api.changes.indexOf(patch as never)]).toBe("application/merge-patch+json");
  });
  test("has no token when it has joined", async () => {
    const one = admission();
    await one.before();
    await one.after();
    expect(tokens()).toEqual([]);
  });
});

test.each([
  ["DELETE", "worker-1 cannot join: its node could not be let in again: the API answers 403"],
  ["GET", "worker-1 cannot join: its node could not be looked for: the API answers 403"],
])("what the API refuses to a %s ends the join, and nobody is given a token", async (method, words) => {
  hasNode("ssh-ed25519 AAAB");
  api.failures.push({ method, status: 403, reason: "Forbidden", message: "no" });
  await expect(admission().before()).rejects.toThrow(words);
  expect(api.objects.has(node)).toBe(true);
  expect(tokens()).toEqual([]);
});
