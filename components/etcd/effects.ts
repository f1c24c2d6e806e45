import type { Effects } from "../script";
import { etcdUnitFile } from "./render";

/** What a member's script means for its machine, whose members trust these authorities. */
export const effectsOf = (authorities: readonly number[]): Effects => ({
  create: "a member of etcd starts",
  update: (changed) => {
    const restarts = "its member of etcd restarts when the others are healthy: one member at a time";
    if (changed.has("ETCD_USER")) {
      return `its member of etcd runs as the user that etcd.user names, who gets its data: ${restarts.slice("its member of etcd ".length)}`;
    }
    if (changed.has(etcdUnitFile)) return restarts;
    // An earlier release did not say whom it trusts.
    const wasUnsaid = authorities.join() === "1" && changed.has("script");
    if (changed.has("TRUSTED") && !wasUnsaid) return `${restarts}, to trust other authorities`;
    // In an earlier release both were one.
    if (changed.has("PROGRAMS")) {
      return changed.has("SIGNING") ? `${restarts}, if its program changed` : restarts;
    }
    if (changed.has("GOOD_UNTIL")) return "the certificates of its member of etcd are renewed, and it does not restart";
    return `its member of etcd ${changed.has("PEERS") ? "gets the list of the others" : "is checked"}, and does not restart`;
  },
});

/** What it means to see that a member is well. */
export const memberEffects: Effects = {
  create: "its member of etcd has to become healthy",
  update: () => "the health of its member of etcd is checked",
};
