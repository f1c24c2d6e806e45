import { diffObject } from "../kubernetes/changes";
import { asFound } from "../kubernetes/drift";
import { readKubeconfig } from "../kubernetes/kubeconfig";
import { takeover } from "../kubernetes/managers";
import { daemonSetNotReady, deploymentNotReady, podNotReady, serviceNotReady } from "../kubernetes/readiness";
import { readSettings } from "../kubernetes/settings";
import { kubeconfigFor } from "../../../tests/support/kubernetesApi";
import type { Bag } from "./support/plugin";

const settings = readSettings({});

/** Changed paths and those that replace, for an object whose parts change. */
function diff(type: readonly [string, string], olds: Bag, news: Bag, isPatch = false): readonly [unknown, unknown] {
  const [apiVersion, kind] = type;
  const whole = (part: Bag): Bag => ({ apiVersion, kind, metadata: { name: "thing" }, ...part });
  const { changes, replaces } = diffObject(whole(olds), whole(news), isPatch, settings);
  return [changes, replaces];
}

describe("a change", () => {
  const deployment = ["apps/v1", "Deployment"] as const;
  const pod = ["v1", "Pod"] as const;

  it("is made in place where it can be", () => {
    expect(diff(deployment, { spec: { replicas: 1 } }, { spec: { replicas: 2 } })).toEqual([["spec.replicas"], []]);
    const [olds, news] = [{ metadata: { labels: { "a/b": "1" } } }, { metadata: { labels: { "a/b": "2" } } }];
    expect(diff(deployment, olds, news)).toEqual([['metadata.labels["a/b"]'], []]);
  });

  it.each([
    ["a selector", deployment, { spec: { selector: { matchLabels: { a: "1" } } } }, "spec.selector.matchLabels.a"],
    ["a cluster address", ["v1", "Service"], { spec: { clusterIP: "10.96.0.9" } }, "spec.clusterIP"],
    ["a name", deployment, { metadata: { name: "another" } }, "metadata.name"],
    ["a namespace", deployment, { metadata: { name: "thing", namespace: "apps" } }, "metadata.namespace"],
    ["data", ["v1", "ConfigMap"], { data: { key: "value" } }, "data"],
    ["a pod's volume", pod, { spec: { volumes: [{ name: "v" }] } }, "spec.volumes"],
  ] as const)("makes an object anew for %s", (_what, type, news, path) => {
    const olds = { spec: { selector: { matchLabels: { a: "0" } }, clusterIP: "10.96.0.1" } };
    const [, replaces] = diff(type, olds, { ...olds, ...news });
    expect(replaces).toContain(path);
  });

  it("of a pod is in place for tolerations and a deadline alone", () => {
    const news = { spec: { tolerations: [{ key: "a" }], activeDeadlineSeconds: 9, containers: [{ image: "b" }] } };
    const [, replaces] = diff(pod, { spec: { containers: [{ image: "a" }] } }, news);
    expect(replaces).toEqual(["spec.containers[0].image"]);
  });

  it("of a patch is in place for all but the object's name", () => {
    const taints = [{ key: "a", effect: "NoSchedule" }];
    expect(diff(["v1", "Node"], { spec: {} }, { spec: { taints } }, true)).toEqual([["spec.taints"], []]);
    expect(diff(["v1", "Node"], {}, { metadata: { name: "other" } }, true)).toEqual([
      ["metadata.name"],
      ["metadata.name"],
    ]);
  });

  it.each([
    ["a list", ["v1", "Node"], { spec: { taints: [] } }, []],
    ["a map", pod, { data: {}, spec: { nodeSelector: {} } }, []],
    ["a list that must be said", ["rbac.authorization.k8s.io/v1", "Role"], { rules: [] }, ["rules"]],
    ["a field that is there", pod, { spec: { volumes: [{ name: "v", emptyDir: {} }] } }, ["spec.volumes"]],
    [
      "a list of a kind that the API does not come with",
      ["example.com/v1", "Thing"],
      { spec: { of: [] } },
      ["spec.of"],
    ],
  ] as const)("by something empty: %s", (_what, type, news, changes) => {
    expect(diff(type, { spec: {} }, { spec: {}, ...news })[0]).toEqual(changes);
  });

  it("is none for what the provider alone knows", () => {
    const named = {
      metadata: { name: "thing", namespace: "default", annotations: { "pulumi.com/autonamed": "true" } },
    };
    expect(diff(deployment, {}, named)).toEqual([[], []]);
  });

  it("deletes first an object that keeps a given name", () => {
    const of = (metadata: Bag, a: string): Bag => ({
      ...{ apiVersion: "apps/v1", kind: "Deployment", metadata },
      spec: { selector: { matchLabels: { a } } },
    });
    const given = { name: "thing" };
    const autonamed = { ...given, annotations: { "pulumi.com/autonamed": "true" } };
    expect(diffObject(of(given, "1"), of(given, "2"), false, settings).deleteBeforeReplace).toBe(true);
    expect(diffObject(of(given, "1"), of({ name: "b" }, "1"), false, settings).deleteBeforeReplace).toBe(false);
    expect(diffObject(of(autonamed, "1"), of(autonamed, "2"), false, settings).deleteBeforeReplace).toBe(false);
  });
});

describe("what a refresh finds", () => {
  it.each([
    ["a value that was changed", { replicas: 2 }, { replicas: 3 }, { replicas: 3 }],
    ["a field that was taken away", { a: "1", b: "2" }, { a: "1" }, { a: "1" }],
    ["a list that lost a member", { args: ["a", "b"] }, { args: ["a"] }, { args: ["a"] }],
    [
      "a container that was changed, by its name",
      list("a", 1),
      { containers: [...list("b", 9).containers, ...list("a", 2).containers] },
      list("a", 2),
    ],
  ])("shows %s", (_what, inputs: Bag, live: Bag, found) => {
    expect(asFound(inputs, live)).toEqual(found);
  });

  it.each([
    ["what the cluster added", { spec: { a: 1 } }, { spec: { a: 1, b: 2 }, status: {} }],
    ["members that the cluster added", { tolerations: [{ key: "a" }] }, { tolerations: [{ key: "a" }, { key: "b" }] }],
    ["quantities in other words", { cpu: "0.5", memory: "1024Mi", n: 2 }, { cpu: "500m", memory: "1Gi", n: "2" }],
    ["what is empty or false, and left out", { labels: {}, unschedulable: false, args: [], port: 0 }, {}],
    ["a secret's text, encoded", { stringData: { a: "b" } }, { data: { a: "Yg==" } }],
  ])("leaves out %s", (_what, inputs: Bag, live: Bag) => {
    expect(asFound(inputs, live)).toEqual(inputs);
  });

  function list(name: string, port: number) {
    return { containers: [{ name, port }] };
  }
});

describe("readiness", () => {
  const waits = (name: string, state: Bag, more: Bag = {}): Bag => ({
    status: { containerStatuses: [{ name, state, ...more }] },
  });

  it.each([
    ["not seen by the cluster yet", {}],
    [
      "no node: 0/3 nodes fit",
      { status: { conditions: [{ type: "PodScheduled", status: "False", message: "0/3 nodes fit" }] } },
    ],
    [
      "container a waits: CrashLoopBackOff, it ended before with exit code 3",
      waits("a", { waiting: { reason: "CrashLoopBackOff" } }, { lastState: { terminated: { exitCode: 3 } } }),
    ],
    ["container a runs and is not ready", waits("a", { running: {} }, { ready: false })],
    ["going away", { metadata: { deletionTimestamp: "now" } }],
  ])("of a pod: %s", (reason, pod: Bag) => {
    expect(podNotReady(pod)?.reason).toContain(reason);
  });

  it("of a pod that serves, or has done its work", () => {
    expect(podNotReady({ status: { conditions: [{ type: "Ready", status: "True" }] } })).toBeUndefined();
    expect(podNotReady({ status: { phase: "Succeeded" } })).toBeUndefined();
  });

  it.each([
    ["has not seen the change", { observedGeneration: 1 }],
    [
      "1 of 3 new pods are made: quota",
      { observedGeneration: 2, updatedReplicas: 1, conditions: [{ type: "ReplicaFailure", message: "quota" }] },
    ],
    ["1 old pods are yet to go", { observedGeneration: 2, updatedReplicas: 3, replicas: 4 }],
    ["2 of 3 pods are available", { observedGeneration: 2, updatedReplicas: 3, replicas: 3, availableReplicas: 2 }],
  ])("of a deployment: %s", (reason, status: Bag) => {
    const problem = deploymentNotReady({ metadata: { generation: 2 }, spec: { replicas: 3 }, status });
    expect(problem).toEqual({ reason: expect.stringContaining(reason) as unknown });
  });

  it("of a deployment that does not progress is a failure at once", () => {
    const conditions = [{ type: "Progressing", reason: "ProgressDeadlineExceeded", message: "timed out" }];
    const problem = deploymentNotReady({ status: { conditions } });
    expect(problem).toEqual({ reason: "the deployment does not progress: timed out", failed: true });
  });

  it("of a daemon set counts the nodes that it belongs on", () => {
    const status = {
      observedGeneration: 1,
      desiredNumberScheduled: 3,
      updatedNumberScheduled: 3,
      numberReady: 2,
      numberAvailable: 3,
    };
    const of = (more: Bag) => daemonSetNotReady({ metadata: { generation: 1 }, status: { ...status, ...more } });
    expect(of({})?.reason).toBe("2 of 3 pods are up to date and ready");
    expect(of({ numberReady: 3 })).toBeUndefined();
    expect(of({ observedGeneration: 0 })?.reason).toContain("has not seen");
  });

  it("of a service asks for pods that answer, and only where it leads to pods", () => {
    const service = { spec: { selector: { app: "web" } } };
    const slice = (...ready: readonly boolean[]): Bag => ({
      endpoints: ready.map((value) => ({ conditions: { ready: value } })),
    });
    expect(serviceNotReady(service, [])?.reason).toBe("no pod has the labels of the service's selector");
    expect(serviceNotReady(service, [slice(true), slice(false)])?.reason).toBe("1 of 2 pods are ready");
    expect(serviceNotReady(service, [slice(true, true)])).toBeUndefined();
    expect(serviceNotReady({ spec: { ...service.spec, clusterIP: "None" } }, [])).toBeUndefined();
    expect(serviceNotReady({ spec: {} }, [])).toBeUndefined();
    expect(serviceNotReady({ spec: { type: "LoadBalancer" } }, [])?.reason).toContain("load balancer");
  });
});

describe("field managers", () => {
  it("leave alone what others and the cluster own", () => {
    const other = { manager: "kubelet", operation: "Update" };
    const status = { manager: "pulumi-kubernetes", operation: "Update", subresource: "status" };
    const live = { metadata: { resourceVersion: "1", managedFields: [other, status] } };
    expect(takeover(live, "mine")).toEqual([]);
  });

  it("unite what they own already with what they are given", () => {
    const mine = { manager: "mine", operation: "Apply", fieldsV1: { "f:a": { "f:b": {} } } };
    const hand = { manager: "kubectl", operation: "Update", fieldsV1: { "f:a": { "f:c": {} } } };
    const [operation] = takeover({ metadata: { managedFields: [mine, hand] } }, "mine");
    expect(operation?.["value"]).toEqual([{ ...mine, fieldsV1: { "f:a": { "f:b": {}, "f:c": {} } } }]);
  });
});

describe("a kubeconfig", () => {
  it("tells where the server is and who we are", () => {
    const access = readKubeconfig(kubeconfigFor("https://127.0.0.1:6443"));
    expect([access.server.host, access.token]).toEqual(["127.0.0.1:6443", "let me in"]);
  });

  it("is refused as a path, and with what would have to be run or read", () => {
    expect(() => readKubeconfig("/home/me/.kube/config")).toThrow("give its content");
    const withCommand = kubeconfigFor("https://127.0.0.1").replace('"token":"let me in"', '"exec":{}');
    expect(() => readKubeconfig(withCommand)).toThrow(/does not carry exec; it has: client-certificate-data/);
  });
});
