import { unknownValue } from "../properties";
import {
  configMap,
  configMapType,
  daemonSet,
  daemonSetType,
  mapPath,
  nodePatch,
  nodePatchType,
  nodePath,
  pod,
  podPath,
  ready,
  waiting,
  withCluster,
} from "./support/kubernetes";
import { kubeconfigFor } from "../../../tests/support/kubernetesApi";
import { failureOf, leftBy, type State } from "./support/plugin";

const here = withCluster();

describe("create", () => {
  it("waits until the object is ready, and says what it waits for", async () => {
    here.api.future.set(podPath, [waiting, waiting, ready]);
    const made = await here.plugin.create(pod());
    expect(made.id).toBe("default/web");
    expect(made.outputs).toMatchObject({ ...ready, metadata: { uid: "uid-1", namespace: "default" } });
    const reason = "container nginx waits: ImagePullBackOff, no such image";
    expect(await here.plugin.engine.said(reason, "ready")).toEqual(expect.arrayContaining([reason, "ready"]));
  });

  it("keeps an object that does not become ready in time, and tells why", async () => {
    here.api.future.set(podPath, [waiting]);
    here.api.objects.set("/api/v1/namespaces/default/events/web.1", {
      ...{ type: "Warning", reason: "Failed", message: "pull failed", count: 4, lastTimestamp: "2026-01-01T00:00:00Z" },
      involvedObject: { kind: "Pod", name: "web" },
    });
    const failure = await failureOf(here.plugin.create(pod({ "pulumi.com/timeoutSeconds": "1" })));
    expect(failure.details).toBe(
      "Pod default/web is not ready: after 1 s, container nginx waits: ImagePullBackOff, no such image\n" +
        "  event of Pod web: Failed: pull failed (4 times)",
    );
    expect(leftBy(failure)).toMatchObject({ id: "default/web", outputs: waiting, reasons: [failure.details] });
  });

  it("gives up at once when waiting cannot help", async () => {
    here.api.future.set(podPath, [{ status: { phase: "Failed", message: "evicted" } }]);
    const failure = await failureOf(here.plugin.create(pod()));
    expect(failure.details).toContain("the pod has failed: evicted");
  });

  it("does not wait when told so", async () => {
    const made = await here.plugin.create(daemonSet(), {}, daemonSetType);
    expect(made.id).toBe("default/agent");
  });

  it("waits on while the API server is away", async () => {
    here.api.future.set(podPath, [waiting, ready]);
    const made = here.plugin.create(pod());
    setTimeout(() => here.api.failures.push({ status: 503, reason: "ServiceUnavailable", message: "starting" }), 100);
    expect((await made).outputs).toMatchObject(ready);
  });

  it("refuses to take an object that is there already, unless the provider may", async () => {
    here.api.objects.set(mapPath, configMap({ key: "theirs" }));
    const failure = await failureOf(here.plugin.create(configMap({ key: "ours" }), {}, configMapType));
    expect(failure.details).toMatch(
      /already exists.*pulumi import.*upsertExistingObjects \(ConfigMap apps\/settings\)/,
    );
    await here.plugin.configure({ kubeconfig: here.api.kubeconfig, upsertExistingObjects: "true" });
    await here.plugin.create(configMap({ key: "ours" }), {}, configMapType);
    expect(here.api.objects.get(mapPath)).toMatchObject({ data: { key: "ours" } });
  });

  it("tries again while the namespace is missing", async () => {
    here.api.failures.push({ status: 404, reason: "NotFound", message: 'namespaces "apps" not found' });
    const made = await here.plugin.create(configMap({ key: "value" }), {}, configMapType);
    expect(made.id).toBe("apps/settings");
    expect(here.api.changes.map(({ method }) => method)).toEqual(["POST", "POST"]);
  });

  it("contacts nobody in a preview", async () => {
    await here.plugin.configure({ kubeconfig: unknownValue });
    const { outputs } = await here.plugin.create(pod(), { preview: true });
    expect(outputs).toEqual({ ...pod(), status: unknownValue });
    expect(here.api.requests).toBe(0);
  });

  it("goes to clusters of this computer only", async () => {
    await here.plugin.configure({ kubeconfig: kubeconfigFor("https://192.0.2.1:6443") });
    const failure = await failureOf(here.plugin.create(pod()));
    expect(failure.details).toMatch(/^192\.0\.2\.1: the stand-in plugin for @pulumi\/kubernetes only reaches this/);
  });
});

describe("update", () => {
  const old: State = {
    id: "apps/settings",
    inputs: configMap({ key: "old" }),
    outputs: { ...configMap({ key: "old" }), __fieldManager: "pulumi-kubernetes-1234" },
  };

  it("becomes the owner of what it made, then applies under its own name", async () => {
    const fieldsV1 = { "f:data": { "f:key": {} } };
    const managedFields = [{ manager: "pulumi-kubernetes", operation: "Update", fieldsV1 }];
    const metadata = { name: "settings", namespace: "apps", resourceVersion: "7", managedFields };
    here.api.objects.set(mapPath, { ...configMap({ key: "old" }), metadata });
    const updated = await here.plugin.update(old, configMap({ key: "new" }), {}, configMapType);
    const owner = { manager: "pulumi-kubernetes-1234", operation: "Apply", fieldsV1 };
    expect(here.api.changes).toEqual([
      expect.objectContaining({
        body: [
          { op: "replace", path: "/metadata/managedFields", value: [owner] },
          { op: "replace", path: "/metadata/resourceVersion", value: "7" },
        ],
      }),
      expect.objectContaining({ query: { fieldManager: "pulumi-kubernetes-1234", force: "false" } }),
    ]);
    expect(updated.outputs).toMatchObject({ data: { key: "new" }, __fieldManager: "pulumi-kubernetes-1234" });
  });

  it("names the managers that are in the way, and the way out", async () => {
    here.api.objects.set(mapPath, configMap({ key: "old" }));
    const causes = [{ field: ".data.key", message: 'conflict with "kubectl-edit"' }];
    here.api.failures.push({ method: "PATCH", status: 409, reason: "Conflict", message: "", details: { causes } });
    const failure = await failureOf(here.plugin.update(old, configMap({ key: "new" }), {}, configMapType));
    expect(failure.details).toMatch(
      /settings: other managers hold.*\.data\.key: conflict with "kubectl-edit".*patchForce/,
    );
  });

  it("does not make an object anew that is gone", async () => {
    const failure = await failureOf(here.plugin.update(old, configMap({ key: "new" }), {}, configMapType));
    expect(failure.details).toContain("ConfigMap apps/settings is not in the cluster any more: refresh the stack");
    expect(here.api.changes).toEqual([]);
  });

  it("shows what it would be in a preview", async () => {
    const state = { ...old, outputs: { ...old.outputs, metadata: { uid: "u" }, status: { known: true } } };
    const { outputs } = await here.plugin.update(state, configMap({ key: "new" }), { preview: true }, configMapType);
    expect(outputs).toMatchObject({ data: { key: "new" }, metadata: { uid: "u" }, status: { known: true } });
    expect(here.api.requests).toBe(0);
  });
});

describe("a patch", () => {
  it("takes fields of others only when told so", async () => {
    await here.plugin.create(nodePatch({ tier: "a" }), {}, nodePatchType);
    await here.plugin.create(nodePatch({ tier: "a" }, { "pulumi.com/patchForce": "true" }), {}, nodePatchType);
    expect(here.api.changes.map(({ method, query }) => [method, query["force"]])).toEqual([
      ["PATCH", "false"],
      ["PATCH", "true"],
    ]);
  });

  it("gives its fields back when it is deleted", async () => {
    const made = await here.plugin.create(nodePatch({ tier: "a" }), {}, nodePatchType);
    await here.plugin.delete(made, {}, nodePatchType);
    const [applied, given] = here.api.changes;
    expect(given).toMatchObject({ method: "PATCH", path: nodePath, body: { metadata: { name: "worker-1" } } });
    expect(given?.body).not.toHaveProperty("metadata.labels");
    expect(given?.query["fieldManager"]).toBe(applied?.query["fieldManager"]);
  });

  it("makes no object anew when it is deleted after it", async () => {
    await here.plugin.delete({ id: "worker-1", inputs: nodePatch({}), outputs: nodePatch({}) }, {}, nodePatchType);
    expect(here.api.changes).toEqual([]);
  });

  it("needs the name of its object", async () => {
    const nameless = here.plugin.check({ apiVersion: "v1", kind: "Node", metadata: {} }, {}, nodePatchType);
    expect((await failureOf(nameless)).details).toContain("require the `.metadata.name` field");
  });
});
