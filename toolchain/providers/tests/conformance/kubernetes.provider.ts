import { secret, unknownValue } from "../../properties";
import { kubeconfigFor } from "../../../../tests/support/kubernetesApi";
import type { Bag } from "../support/plugin";
import type { KubernetesWorld } from "./kubernetes.world";
import type { Scenario } from "./scenario";

/** The Kubernetes provider itself, and previews before there is a cluster. */

const configMap = "kubernetes:core/v1:ConfigMap";

/** The provider's settings as the program has them: see index.ts. */
export function settings(kubeconfig: unknown, more: Bag = {}): Bag {
  return {
    kubeconfig,
    clusterIdentifier: "keelson-dev",
    kubeClientSettings: '{"timeout":30}',
    upsertExistingObjects: "true",
    enableConfigMapMutable: "true",
    ...more,
  };
}

export const provider: Scenario<KubernetesWorld> = {
  name: "provider",
  type: configMap,
  alone: true,
  async run(player) {
    const [one, other] = ["https://127.0.0.1:2", "https://127.0.0.1:3"].map((server) => kubeconfigFor(server));
    const olds = settings(one);
    await player.checkConfig("check", settings(secret(one)));
    await player.checkConfig("check of a kubeconfig that is not known", settings(unknownValue));
    await player.diffConfig("nothing", olds, olds);
    await player.diffConfig("a kubeconfig that is not known", olds, settings(unknownValue));
    await player.diffConfig("another kubeconfig", olds, settings(other));
    await player.diffConfig("another identifier", olds, settings(one, { clusterIdentifier: "keelson-prod" }));
    const both = settings(other, { clusterIdentifier: "keelson-prod" });
    await player.diffConfig("another kubeconfig and identifier", olds, both);
    const unknown = settings(unknownValue, { clusterIdentifier: "keelson-prod" });
    await player.diffConfig("another identifier, and a kubeconfig that is not known", olds, unknown);
    await player.diffConfig("another setting", olds, settings(one, { enableConfigMapMutable: "false" }));
    await player.diffConfig("a setting less", olds, settings(one, { upsertExistingObjects: undefined }));
    const without = { clusterIdentifier: undefined };
    await player.diffConfig("no identifier any more", olds, settings(one, without));
    await player.diffConfig("an identifier at last", settings(one, without), olds);
    await player.diffConfig("another kubeconfig, without identifier", settings(one, without), settings(other, without));
    await player.diffConfig("not known, without identifier", settings(one, without), settings(unknownValue, without));
  },
};

export const preview: Scenario<KubernetesWorld> = {
  name: "previews without a cluster",
  type: configMap,
  alone: true,
  async run(player) {
    await player.configure("configure", settings(kubeconfigFor("https://127.0.0.1:1")));
    const program = {
      apiVersion: "v1",
      kind: "ConfigMap",
      metadata: { name: "one", namespace: "default" },
      data: { a: "b" },
    };
    const inputs = await player.check("check", program);
    await player.create("preview of the create", inputs, { preview: true });
    const state = { id: "default/one", inputs, outputs: { ...inputs, __fieldManager: "pulumi-kubernetes-00000000" } };
    await player.diff("diff", state, { ...inputs, data: { a: "c" } });
    await player.read("read", state);
    await player.delete("delete", state);
    await player.create("create", inputs);
  },
};
