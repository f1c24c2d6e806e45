import * as pulumi from "@pulumi/pulumi";
import * as engine from "@pulumi/pulumi/runtime/resource";

import { NodeOwners } from "../../components/node/owners";
import { TestApi } from "../support/kubernetesApi";
import { loopbackCertificate } from "../support/certificate";
import { environment, machineOf } from "./render.fixture";

const certificate = loopbackCertificate();
const path = "/api/v1/nodes/n";
const own = "pulumi-kubernetes-0wn";
let api: TestApi;
beforeEach(async () => {
  jest.spyOn(engine, "registerResourceHook").mockResolvedValue(undefined);
  api = new TestApi(certificate);
  await api.listen();
});
afterEach(() => {
  api.close();
  jest.restoreAllMocks();
});

type Taints = readonly { readonly key: string; readonly value?: string; readonly effect: string }[];

/** As the engine does: a node's resource was made, or its list of taints is to change. */
const call = async (
  moment: "afterCreate" | "beforeUpdate",
  { roles = ["worker"], before, now }: { roles?: readonly string[]; before?: Taints; now?: Taints } = {},
) => {
  const owners = new NodeOwners("nodes", pulumi.output(api.kubeconfig));
  const { config } = machineOf(environment(), 0);
  owners.remember("n-node", { ...config, name: "n", roles, taints: now } as typeof config);
  const [hook] = owners.hooks[moment] ?? [];
  const outputs = { __fieldManager: own };
  // What is empty the provider leaves out.
  const inputs = (taints: Taints = []) => ({ spec: taints.length > 0 ? { taints } : {} });
  await (hook as pulumi.ResourceHook).callback({
    ...{ urn: "", id: "n", name: "n-node", type: "" },
    ...{ oldInputs: inputs(before), newInputs: inputs(now), oldOutputs: outputs, newOutputs: outputs },
  });
  return api.changes.map(({ body, query }, index) => ({ query, body, form: api.forms[index] }));
};

const live = (more: { managedFields?: readonly object[]; taints?: Taints } = {}) => {
  const { managedFields = [], taints } = more;
  const metadata = { name: "n", resourceVersion: "7", managedFields };
  api.objects.set(path, { apiVersion: "v1", kind: "Node", metadata, spec: taints ? { taints } : {} });
};

describe("who has a node's fields besides its resource", () => {
  const apply = (manager: string, annotation: string, operation = "Apply") => ({
    ...{ manager, operation },
    fieldsV1: { "f:metadata": { "f:annotations": { [`f:${annotation}`]: {} } }, "f:spec": { "f:unschedulable": {} } },
  });
  const managedFields = [
    apply(own, "keelson.io/machine"),
    apply("pulumi-kubernetes-f0rg0t", "keelson.io/machine"),
    apply("pulumi-kubernetes-0ther", "example.com/owner"),
    apply("pulumi-kubernetes-8y4and", "keelson.io/machine", "Update"),
    apply("kubectl-annotate", "keelson.io/machine"),
    { manager: "kubelet", operation: "Update" },
  ];

  test.each(["afterCreate", "beforeUpdate"] as const)(
    "of a run that did not come to note it lets go, and nobody else does: %s",
    async (moment) => {
      live({ managedFields });
      expect(await call(moment)).toEqual([
        {
          query: { fieldManager: "pulumi-kubernetes-f0rg0t" },
          body: { apiVersion: "v1", kind: "Node", metadata: { name: "n" } },
          form: "application/apply-patch+yaml",
        },
      ]);
    },
  );
  test("is looked for again at the next change where the API refuses, which is told", async () => {
    live({ managedFields });
    const warn = jest.spyOn(pulumi.log, "warn").mockResolvedValue(undefined);
    const refusal = { method: "PATCH", status: 403, reason: "Forbidden", message: "no" };
    api.failures.push(refusal);
    await call("afterCreate");
    expect(warn.mock.calls[0]?.[0]).toMatch(
      /^what earlier runs gave the node n could not be taken off: the API answers 403: /,
    );
    api.failures.push(refusal);
    await expect(call("beforeUpdate")).rejects.toThrow("the API answers 403");
  });
  test("is nobody where there is no node", async () => {
    expect(await call("beforeUpdate", { before: [{ key: "a", effect: "NoSchedule" }] })).toEqual([]);
  });
});

describe("a list of taints that is taken back", () => {
  const masters = { key: "node-role.kubernetes.io/control-plane", effect: "NoSchedule" };
  const [x, theirs] = [
    { key: "x", value: "1", effect: "NoSchedule" },
    { key: "node.kubernetes.io/not-ready", effect: "NoExecute" },
  ];
  const applied = (...taints: Taints) => ({
    query: { fieldManager: "keelson-taints", force: "true" },
    body: { apiVersion: "v1", kind: "Node", metadata: { name: "n", resourceVersion: "7" }, spec: { taints } },
    form: "application/apply-patch+yaml",
  });
  const emptied = {
    query: {},
    body: { metadata: { resourceVersion: "7" }, spec: { taints: null } },
    form: "application/merge-patch+json",
  };
  const roles = ["master"];

  test.each<[string, Taints, Parameters<typeof call>[1], object[]]>([
    ["a worker's alone", [x], { before: [x] }, [emptied]],
    ["a worker's beside another's", [theirs, x], { before: [x] }, [applied(theirs)]],
    ["a worker's that is gone", [theirs], { before: [x] }, []],
    ["a master's, which kubeadm owns beside its own", [masters, x], { roles, before: [x] }, [applied(masters)]],
    [
      "a master's with kubeadm's, which nobody else owns",
      [masters, x],
      { roles, before: [masters, x] },
      [applied(masters)],
    ],
    ["kubeadm's of a master, which nobody else owns", [masters], { roles, before: [masters] }, [applied(masters)]],
    ["a master's that takes pods from now on", [x], { roles, before: [masters, x], now: [] }, [emptied]],
    ["a worker's that are called as a master's", [masters], { before: [masters] }, [emptied]],
    ["none, for another list is to come", [masters, x], { roles, before: [masters, x], now: [theirs] }, []],
  ])("%s", async (_, taints, change, expected) => {
    live({ taints });
    expect(await call("beforeUpdate", change)).toEqual(expected);
  });
  test("is looked at again where somebody changes the node meanwhile", async () => {
    live({ taints: [x] });
    api.failures.push({ method: "PATCH", status: 409, reason: "Conflict", message: "the object has been modified" });
    expect(await call("beforeUpdate", { before: [x] })).toEqual([emptied, emptied]);
  });
});
