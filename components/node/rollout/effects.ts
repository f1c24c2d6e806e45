import type { Machine } from "../../machine";
import type { Effects } from "../../script";
import type { RolloutSettings } from "../settings";

/** What a turn means besides what the scripts say that have deferred something to it. */
export function turnEffects(
  { seen }: Pick<Machine, "seen">,
  { kubernetes }: Pick<RolloutSettings, "kubernetes">,
): Effects {
  return {
    create: "",
    update: (changed) => {
      // Of a machine that told of itself it is known which release it leaves, and what that means is told of the upgrade.
      if (changed.has("RELEASE") && !seen) return kubeletGoes(kubernetes);
      // An earlier release did not say which they are.
      return changed.has("AUTHORITIES") && !changed.has("script")
        ? "its kubelet restarts in its turn, to trust other authorities; its pods keep running"
        : "";
    },
  };
}

function kubeletGoes({ version, upgrade, drainTimeout }: RolloutSettings["kubernetes"]): string {
  const after = `its kubelet is of ${version} after its turn`;
  return upgrade.drain
    ? `${after}: where it was of another minor release, its node is cordoned and drained before (at most ${drainTimeout} s, disruption budgets respected), and takes pods again`
    : `${after}, and its pods keep running`;
}
