import { unknownValue } from "../../properties";
import type { Bag } from "../support/plugin";
import { settings } from "./kubernetes.provider";
import type { KubernetesWorld } from "./kubernetes.world";
import type { Scenario } from "./scenario";

/** Each kind of object that the program makes: see components/network, nodes and workloads. */

interface Life {
  readonly type: string;
  /** Where the API has the object. */
  readonly path: string;
  readonly program: Bag;
  /** A change that an update makes. */
  readonly change: Bag;
  /** Other changes, that are only planned. */
  readonly others: Readonly<Record<string, Bag>>;
  /** A change by somebody else. */
  readonly drift: Bag;
}

// No kubelet makes pods ready, no controller counts them, and none collects what a deletion in the foreground waits for.
const annotations = { "pulumi.com/skipAwait": "true", "pulumi.com/deletionPropagationPolicy": "background" };
const pod = { containers: [{ name: "web", image: "nginx:1", ports: [{ containerPort: 80, name: "http" }] }] };
const labels = { app: "web" };
const namespace = "default";

const objects: readonly Life[] = [
  {
    type: "kubernetes:core/v1:ConfigMap",
    path: "/api/v1/namespaces/default/configmaps/one",
    program: {
      apiVersion: "v1",
      kind: "ConfigMap",
      metadata: { name: "one", namespace, annotations },
      data: { a: "b" },
    },
    change: { data: { a: "c" } },
    others: {
      "another name": { metadata: { name: "two", namespace, annotations } },
      "a label": { metadata: { name: "one", namespace, labels, annotations } },
      "data that is not known": { data: { a: unknownValue } },
    },
    drift: { data: { a: "theirs", more: "theirs" } },
  },
  {
    type: "kubernetes:core/v1:Namespace",
    path: "/api/v1/namespaces/one",
    program: { apiVersion: "v1", kind: "Namespace", metadata: { name: "one", annotations, labels: { a: "b" } } },
    change: { metadata: { name: "one", annotations, labels: { a: "c" } } },
    others: { "another name": { metadata: { name: "two" } } },
    drift: { metadata: { labels: { a: "theirs", more: "theirs" } } },
  },
  {
    type: "kubernetes:core/v1:ServiceAccount",
    path: "/api/v1/namespaces/default/serviceaccounts/one",
    program: { apiVersion: "v1", kind: "ServiceAccount", metadata: { name: "one", namespace, annotations } },
    change: { metadata: { name: "one", namespace, annotations, labels: { a: "c" } } },
    others: { "another namespace": { metadata: { name: "one", namespace: "kube-system" } } },
    drift: { metadata: { labels: { more: "theirs" } } },
  },
  {
    type: "kubernetes:rbac.authorization.k8s.io/v1:ClusterRole",
    path: "/apis/rbac.authorization.k8s.io/v1/clusterroles/one",
    program: {
      ...{ apiVersion: "rbac.authorization.k8s.io/v1", kind: "ClusterRole", metadata: { name: "one", annotations } },
      rules: [{ apiGroups: [""], resources: ["pods"], verbs: ["get"] }],
    },
    change: { rules: [{ apiGroups: [""], resources: ["pods"], verbs: ["get", "list"] }] },
    others: { "another rule": { rules: [{ apiGroups: [""], resources: ["nodes"], verbs: ["get"] }] } },
    drift: { rules: [] },
  },
  {
    type: "kubernetes:rbac.authorization.k8s.io/v1:ClusterRoleBinding",
    path: "/apis/rbac.authorization.k8s.io/v1/clusterrolebindings/one",
    program: {
      ...{
        apiVersion: "rbac.authorization.k8s.io/v1",
        kind: "ClusterRoleBinding",
        metadata: { name: "one", annotations },
      },
      roleRef: { apiGroup: "rbac.authorization.k8s.io", kind: "ClusterRole", name: "view" },
      subjects: [{ kind: "ServiceAccount", name: "one", namespace }],
    },
    change: { subjects: [{ kind: "ServiceAccount", name: "two", namespace }] },
    others: {
      "another role": { roleRef: { apiGroup: "rbac.authorization.k8s.io", kind: "ClusterRole", name: "edit" } },
    },
    drift: { subjects: [] },
  },
  {
    type: "kubernetes:apps/v1:DaemonSet",
    path: "/apis/apps/v1/namespaces/default/daemonsets/one",
    program: {
      ...{ apiVersion: "apps/v1", kind: "DaemonSet", metadata: { name: "one", namespace, labels, annotations } },
      spec: { selector: { matchLabels: labels }, template: { metadata: { labels }, spec: pod } },
    },
    change: {
      spec: {
        selector: { matchLabels: labels },
        template: { metadata: { labels }, spec: { ...pod, hostNetwork: true } },
      },
    },
    others: {
      "another selector": {
        spec: {
          selector: { matchLabels: { app: "other" } },
          template: { metadata: { labels: { app: "other" } }, spec: pod },
        },
      },
    },
    drift: { spec: { template: { spec: { priorityClassName: "system-node-critical" } } } },
  },
  {
    type: "kubernetes:apps/v1:Deployment",
    path: "/apis/apps/v1/namespaces/default/deployments/one",
    program: {
      ...{ apiVersion: "apps/v1", kind: "Deployment", metadata: { name: "one", labels, annotations } },
      spec: { replicas: 3, selector: { matchLabels: labels }, template: { metadata: { labels }, spec: pod } },
    },
    change: { spec: { replicas: 5, selector: { matchLabels: labels }, template: { metadata: { labels }, spec: pod } } },
    others: {
      "another selector": {
        spec: {
          selector: { matchLabels: { app: "other" } },
          template: { metadata: { labels: { app: "other" } }, spec: pod },
        },
      },
      "no replicas said": {
        spec: { selector: { matchLabels: labels }, template: { metadata: { labels }, spec: pod } },
      },
    },
    drift: { spec: { replicas: 7 } },
  },
  {
    type: "kubernetes:core/v1:Pod",
    path: "/api/v1/namespaces/default/pods/one",
    program: { apiVersion: "v1", kind: "Pod", metadata: { name: "one", labels, annotations }, spec: pod },
    change: { metadata: { name: "one", labels: { app: "other" }, annotations } },
    others: { "another image": { spec: { containers: [{ name: "web", image: "nginx:2" }] } } },
    drift: { metadata: { labels: { app: "theirs" } } },
  },
  {
    type: "kubernetes:core/v1:Service",
    path: "/api/v1/namespaces/default/services/one",
    program: {
      ...{ apiVersion: "v1", kind: "Service", metadata: { name: "one", labels, annotations } },
      spec: {
        type: "NodePort",
        selector: labels,
        ports: [{ name: "http", port: 80, targetPort: "http", nodePort: 30080 }],
      },
    },
    change: {
      spec: {
        type: "NodePort",
        selector: labels,
        ports: [{ name: "http", port: 80, targetPort: "http", nodePort: 30081 }],
      },
    },
    others: {
      "an address of its own": {
        spec: { type: "ClusterIP", clusterIP: "10.96.0.9", selector: labels, ports: [{ port: 80 }] },
      },
    },
    drift: { spec: { selector: { app: "theirs" } } },
  },
];

const node = {
  type: "kubernetes:core/v1:NodePatch",
  path: "/api/v1/nodes/worker-1",
  program: {
    apiVersion: "v1",
    kind: "Node",
    metadata: { name: "worker-1", labels: { tier: "a" }, annotations: { "pulumi.com/patchForce": "true" } },
    spec: { unschedulable: true },
  },
  change: { metadata: { name: "worker-1", labels: { tier: "b" }, annotations: { "pulumi.com/patchForce": "true" } } },
  others: { "another node": { metadata: { name: "worker-2" } } },
  drift: { metadata: { labels: { tier: "theirs", more: "theirs" } } },
};

export const lives: readonly Scenario<KubernetesWorld>[] = [...objects, node].map((life) => ({
  name: life.type.split(":")[2] ?? "",
  type: life.type,
  async run(player, world) {
    await player.configure("configure", settings(world.kubeconfig));
    const isPatch = life.type.endsWith("Patch");
    if (isPatch) await world.call("POST", "/api/v1/nodes", { metadata: { name: "worker-1" } });
    const inputs = await player.check("check", life.program);
    await player.create("preview of the create", inputs, { preview: true });
    const state = await player.create("create", inputs);
    if (state.id === "") throw new Error(`it was not created: ${JSON.stringify(player.steps.at(-1)?.answer)}`);
    await player.diff("nothing", state, inputs);
    for (const [what, more] of Object.entries(life.others)) {
      await player.diff(what, state, await player.check(`check: ${what}`, { ...life.program, ...more }, inputs));
    }
    await player.read("read", state);
    const news = await player.check("check of a change", { ...life.program, ...life.change }, inputs);
    await player.diff("diff of the change", state, news);
    await player.update("preview of the update", state, news, { preview: true });
    const updated = await player.update("update", state, news);
    await world.call("PATCH", life.path, life.drift);
    const found = await player.read("read of what others changed", updated);
    await player.diff("the plan after it", found, news);
    await player.update("update of what others changed", found, news);
    await player.delete("delete", updated);
    await player.read("read when it is gone", updated);
    await player.delete("delete when it is gone", updated);
    if (isPatch) await world.call("DELETE", "/api/v1/nodes/worker-1");
  },
}));

export const named: Scenario<KubernetesWorld> = {
  name: "names and checks",
  type: "kubernetes:core/v1:ConfigMap",
  async run(player, world) {
    await player.configure("configure", settings(world.kubeconfig));
    const unnamed = await player.check("no name", { apiVersion: "v1", kind: "ConfigMap", data: {} });
    await player.check("it keeps its name", { apiVersion: "v1", kind: "ConfigMap", data: { a: "b" } }, unnamed);
    const other = { apiVersion: "v1", kind: "ConfigMap", metadata: { name: "mine" } };
    await player.diff("a name of its own", { id: "default/x", inputs: unnamed, outputs: unnamed }, other);
    await player.check("a generated name", { ...other, metadata: { generateName: "mine-" } });
    await player.check("a field that there is not", { ...other, nonsense: true });
    await player.check("a value of another type", { ...other, data: ["a"] });
    const nameless = { apiVersion: "v1", kind: "Node", metadata: { labels: { a: "b" } } };
    await player.check("a patch without name", nameless, {}, "kubernetes:core/v1:NodePatch");
    const inputs = await player.check("check", { ...other, data: { a: "b" } });
    await world.call("POST", "/api/v1/namespaces/default/configmaps", {
      metadata: { name: "mine" },
      data: { a: "theirs" },
    });
    await player.create("create of one that is there", inputs);
    await world.call("DELETE", "/api/v1/namespaces/default/configmaps/mine");
    const taken = await player.create("create", inputs);
    await world.call("DELETE", "/api/v1/namespaces/default/configmaps/mine");
    const lost = { ...other, metadata: { name: "mine", namespace: "none" } };
    await player.create("preview in a namespace that is missing", await player.check("check of it", lost), {
      preview: true,
    });
    await player.update("update of one that is gone", taken, { ...inputs, data: { a: "c" } });
  },
};
