import type { Bag } from "../support/plugin";
import { settings } from "./kubernetes.provider";
import type { KubernetesWorld } from "./kubernetes.world";
import type { Scenario } from "./scenario";

/** The list of a node's taints, which others set as well: kubeadm, the cluster's controllers, people. See components/nodes. */

const path = "/api/v1/nodes/master-1";
const kubeadms = { key: "node-role.kubernetes.io/control-plane", effect: "NoSchedule" };
const own = { key: "dedicated", value: "db", effect: "NoSchedule" };
const theirs = { key: "theirs", effect: "NoSchedule" };

function withTaints(taints: readonly Bag[]): Bag {
  const metadata = { name: "master-1", annotations: { "pulumi.com/patchForce": "true" } };
  return { apiVersion: "v1", kind: "Node", metadata, spec: { taints } };
}

export const taints: Scenario<KubernetesWorld> = {
  name: "taints",
  type: "kubernetes:core/v1:NodePatch",
  async run(player, world) {
    await player.configure("configure", settings(world.kubeconfig));
    await world.call("POST", "/api/v1/nodes", { metadata: { name: "master-1" }, spec: { taints: [kubeadms] } });
    const none = await player.check("check of none", withTaints([]));
    const empty = await player.create("none, where there is another's", none);
    await player.diff("still none", empty, none);
    const one = await player.check("check of one", withTaints([own]), none);
    await player.diff("diff of one", empty, one);
    const given = await player.update("one, instead of another's", empty, one);
    await player.diff("diff of none", given, none);
    await player.update("none, where there is only its own", given, none);
    const again = await player.update("one again", given, one);
    await world.call("PATCH", path, { spec: { taints: [own, theirs] } });
    const found = await player.read("read of what others changed", again);
    await player.diff("the plan after it", found, one);
    await player.update("none, where others changed the list", again, none);
    const last = await player.update("one, where others changed the list", again, one);
    await player.delete("delete", last);
    await player.read("read when it is gone", last);
    await world.call("DELETE", path);
  },
};
