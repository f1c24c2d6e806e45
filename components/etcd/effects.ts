import type { Effects } from "../script";
import { etcdUnitFile } from "./render";

/** What a member's script means for its machine. */
export const effects: Effects = {
  create: "a member of etcd starts",
  update: (changed) => {
    const restarts = "its member of etcd restarts when the others are healthy: one member at a time";
    if (changed.has("ETCD_USER")) {
      return `its member of etcd goes over to the user of etcd.user, and gets its data: ${restarts.slice("its member of etcd ".length)}`;
    }
    if (changed.has(etcdUnitFile)) return restarts;
    // In an earlier release both were one.
    if (changed.has("PROGRAMS")) {
      return changed.has("SIGNING") ? `${restarts}, where its program is another one` : restarts;
    }
    if (changed.has("GOOD_UNTIL")) return "the certificates of its member of etcd are renewed, and it does not restart";
    return `its member of etcd ${changed.has("PEERS") ? "gets the list of the others" : "is checked"}, and does not restart`;
  },
};

/** What it means to see that a member is well. */
export const memberEffects: Effects = {
  create: "its member of etcd has to become healthy",
  update: () => "the health of its member of etcd is checked",
};
