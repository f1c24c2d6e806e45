import { PropertyDiff } from "@pulumi/pulumi/proto/provider_pb";

import { unknownValue } from "../properties";
import {
  configMap,
  configMapType,
  daemonSet,
  daemonSetType,
  mapPath,
  pod,
  podPath,
  ready,
  waiting,
  withCluster,
} from "./support/kubernetes";
import { kubeconfigFor } from "../../../tests/support/kubernetesApi";
import { type Bag, failureOf, leftBy, type State } from "./support/plugin";

const here = withCluster();

describe("delete", () => {
  const state: State = { id: "default/web", inputs: pod(), outputs: pod() };

  it("waits until the object is gone", async () => {
    here.api.objects.set(podPath, { ...pod(), metadata: { name: "web", uid: "u" } });
    here.api.future.set(podPath, [ready, ready, ready, { gone: true }]);
    await here.plugin.delete(state);
    expect(here.api.objects.has(podPath)).toBe(false);
    expect(here.api.changes).toMatchObject([{ method: "DELETE", body: { propagationPolicy: "Foreground" } }]);
  });

  it("says what holds an object that does not go", async () => {
    const metadata = { name: "web", namespace: "default", uid: "u", finalizers: ["example.com/keep"] };
    here.api.objects.set(podPath, { ...pod(), metadata });
    here.api.future.set(podPath, [ready, ready, ...Array.from({ length: 50 }, () => ready)]);
    const failure = await failureOf(here.plugin.delete(state, { timeout: 1 }));
    expect(failure.details).toBe("Pod default/web is not gone: after 1 s, it is still there: held by example.com/keep");
  });

  it("does as the object's annotations say", async () => {
    const path = "/apis/apps/v1/namespaces/default/daemonsets/agent";
    const metadata = {
      name: "agent",
      annotations: { "pulumi.com/skipAwait": "true", "pulumi.com/deletionPropagationPolicy": "background" },
    };
    const inputs = { ...daemonSet(), metadata };
    here.api.objects.set(path, inputs);
    here.api.future.set(path, [inputs, inputs, inputs]);
    await here.plugin.delete({ id: "default/agent", inputs, outputs: inputs }, {}, daemonSetType);
    expect(here.api.changes).toMatchObject([{ method: "DELETE", body: { propagationPolicy: "Background" } }]);
  });

  it("is done when there is nothing any more", async () => {
    await here.plugin.delete(state);
    expect(here.api.changes).toEqual([]);
  });

  it("says what to do about a cluster that is gone, and does it", async () => {
    const { kubeconfig } = here.api;
    here.api.close();
    const failure = await failureOf(here.plugin.delete(state));
    expect(failure.details).toMatch(/cannot be reached: .*ECONNREFUSED.*set PULUMI_K8S_DELETE_UNREACHABLE=true/);
    await here.plugin.configure({ kubeconfig, deleteUnreachable: "true" });
    await here.plugin.delete(state);
    expect((await here.plugin.read(state)).id).toBe("");
  });
});

describe("read", () => {
  const state: State = { id: "default/web", inputs: pod({ mine: "as planned" }), outputs: pod() };

  it("shows what was changed behind our back, and nothing of what the cluster added", async () => {
    const metadata = { name: "web", namespace: "default", uid: "u", annotations: { mine: "another", theirs: "x" } };
    here.api.objects.set(podPath, { ...pod(), ...ready, metadata, spec: { nodeName: "worker-1", priority: 0 } });
    const { id, inputs, outputs } = await here.plugin.read(state);
    expect(id).toBe("default/web");
    expect(inputs).toEqual({ ...pod({ mine: "another" }), spec: { nodeName: "worker-1" } });
    expect(outputs).toMatchObject({ ...ready, metadata });
  });

  it("tells of an object that is not ready any more", async () => {
    here.api.objects.set(podPath, { ...pod(), ...waiting });
    const failure = await failureOf(here.plugin.read(state));
    expect(leftBy(failure)?.reasons).toEqual([expect.stringContaining("container nginx waits: ImagePullBackOff")]);
  });

  it("says that an object is gone", async () => {
    expect((await here.plugin.read(state)).id).toBe("");
  });

  it("brings home an object that nobody remembers", async () => {
    const metadata = { name: "settings", namespace: "apps", uid: "u", resourceVersion: "3" };
    here.api.objects.set(mapPath, { ...configMap({ key: "value" }), metadata });
    const { inputs } = await here.plugin.read({ id: "apps/settings", inputs: {}, outputs: {} }, configMapType);
    expect(inputs).toEqual({ ...configMap({ key: "value" }), metadata: { name: "settings", namespace: "apps" } });
  });
});

describe("check", () => {
  it("names an object that has no name, and keeps the name it gave", async () => {
    const { inputs } = await here.plugin.check({ apiVersion: "v1", kind: "Pod", spec: {} });
    const name: unknown = expect.stringMatching(/^thing-[0-9a-f]{8}$/);
    expect(inputs).toMatchObject({ metadata: { name, annotations: { "pulumi.com/autonamed": "true" } } });
    expect((await here.plugin.check({ apiVersion: "v1", kind: "Pod", spec: {} }, inputs)).inputs).toEqual(inputs);
  });

  it("refuses types that are no objects", async () => {
    const failure = await failureOf(here.plugin.check({}, {}, "kubernetes:helm.sh/v3:Release"));
    expect(failure.details).toContain("kubernetes:helm.sh/v3:Release: not carried by the stand-in plugin");
  });
});

describe("diff", () => {
  it("tells the engine what changes, value by value, and what that means", async () => {
    const state = { id: "default/web", inputs: pod({ a: "1" }), outputs: {} };
    const news = { ...pod({ a: "2" }), spec: { nodeName: "worker-2", tolerations: [{ key: "a" }] } };
    const diff = await here.plugin.diff(state, news);
    const { UPDATE, UPDATE_REPLACE, ADD } = PropertyDiff.Kind;
    expect(diff.detaileddiffMap.map(([path, { kind }]) => [path, kind])).toEqual([
      ["metadata.annotations.a", UPDATE],
      ["spec.nodeName", UPDATE_REPLACE],
      ["spec.tolerations", ADD],
    ]);
    expect(diff).toMatchObject({ diffsList: [], replacesList: ["spec.nodeName"], deletebeforereplace: true });
  });
});

describe("the provider", () => {
  const replacedBy = async (olds: Bag, news: Bag) => (await here.plugin.diffConfig(olds, news)).replacesList;

  it("stays the same cluster while its identifier does, even with a kubeconfig that is not known yet", async () => {
    const olds = { kubeconfig: kubeconfigFor("https://127.0.0.1:1"), clusterIdentifier: "one" };
    expect(await replacedBy(olds, { ...olds, kubeconfig: unknownValue })).toEqual([]);
    expect(await replacedBy(olds, { ...olds, kubeconfig: kubeconfigFor("https://127.0.0.1:2") })).toEqual([]);
    expect(await replacedBy(olds, { ...olds, clusterIdentifier: "two" })).toEqual(["clusterIdentifier"]);
  });

  it("is another cluster with another address when it has no identifier", async () => {
    const olds = { kubeconfig: kubeconfigFor("https://127.0.0.1:1") };
    expect(await replacedBy(olds, { kubeconfig: kubeconfigFor("https://127.0.0.1:2") })).toEqual(["kubeconfig"]);
    expect(await replacedBy(olds, { kubeconfig: `${olds.kubeconfig}\n` })).toEqual([]);
    expect(await replacedBy(olds, { kubeconfig: unknownValue })).toEqual(["kubeconfig"]);
  });

  it("refuses settings that it would silently ignore", async () => {
    const failure = await failureOf(here.plugin.configure({ renderYamlToDirectory: "out" }));
    expect(failure.details).toContain("renderYamlToDirectory: not carried by the stand-in plugin");
  });
});
