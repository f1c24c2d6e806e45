import { TestApi } from "../../../../tests/support/kubernetesApi";
import { type Bag, TestPlugin } from "./plugin";

export const podType = "kubernetes:core/v1:Pod";
export const configMapType = "kubernetes:core/v1:ConfigMap";
export const daemonSetType = "kubernetes:apps/v1:DaemonSet";
export const nodePatchType = "kubernetes:core/v1:NodePatch";

export const podPath = "/api/v1/namespaces/default/pods/web";
export const mapPath = "/api/v1/namespaces/apps/configmaps/settings";
export const nodePath = "/api/v1/nodes/worker-1";

/** What the cluster adds to a pod that serves. */
export const ready = { status: { phase: "Running", conditions: [{ type: "Ready", status: "True" }] } };
/** What the cluster adds to a pod whose image is not to be had. */
export const waiting = {
  status: {
    phase: "Pending",
    containerStatuses: [
      { name: "nginx", state: { waiting: { reason: "ImagePullBackOff", message: "no such image" } } },
    ],
  },
};

/** A plugin for the file's tests, and a cluster for each. */
export function withCluster(): { plugin: TestPlugin; api: TestApi } {
  const here = {} as { plugin: TestPlugin; api: TestApi };
  beforeAll(async () => {
    here.plugin = await TestPlugin.start("kubernetes", podType);
  });
  afterAll(() => here.plugin.stop());
  beforeEach(async () => {
    here.api = new TestApi();
    await here.api.listen();
    await here.plugin.configure({ kubeconfig: here.api.kubeconfig, kubeClientSettings: '{"timeout":5}' });
    await here.plugin.engine.said();
  });
  afterEach(() => here.api.close());
  return here;
}

export function pod(annotations: Bag = {}): Bag {
  return { apiVersion: "v1", kind: "Pod", metadata: { name: "web", annotations }, spec: { nodeName: "worker-1" } };
}

export function configMap(data: Bag, annotations: Bag = {}): Bag {
  return { apiVersion: "v1", kind: "ConfigMap", metadata: { name: "settings", namespace: "apps", annotations }, data };
}

export function nodePatch(labels: Bag, annotations: Bag = {}): Bag {
  return { apiVersion: "v1", kind: "Node", metadata: { name: "worker-1", labels, annotations } };
}

export function daemonSet(): Bag {
  const metadata = { name: "agent", annotations: { "pulumi.com/skipAwait": "true" } };
  return { apiVersion: "apps/v1", kind: "DaemonSet", metadata, spec: { selector: { matchLabels: { app: "agent" } } } };
}
