import type { Machine } from "../machine";
import type { Effects } from "../script";
import { filesDirectory } from "./componentSchema";
import { takesPods } from "./render";

/** What a master's script means for its machine. */
export function effectsOn(machine: Machine): Effects {
  return {
    create: "it becomes a master: API server, controller manager and scheduler start",
    update: (changed) =>
      [
        serversAfter(changed),
        ...(changed.has("ENCRYPTION") ? [canRead] : []),
        ...(changed.has("POD_SECURITY") ? [podsRefused] : []),
        ...(changed.has("TAKES_PODS") ? podsOn(machine, changed.has("KUBEADM_CONFIG")) : []),
      ].join("; "),
  };
}

/** One of an earlier release asked nothing of pods. */
const podsRefused =
  "new pods must meet kubernetes.security.podSecurity where their namespace has no label of its own, and those that run stay";

const canRead = "its API server can read Secrets as they are to be kept in etcd, within a minute";

/** What becomes of a master's servers: of several changes, the one that disturbs most. */
function serversAfter(changed: ReadonlySet<string>): string {
  // A manifest that somebody changed by hand is written again.
  if (changed.has("KUBEADM_CONFIG") || [...changed].some((name) => name.startsWith("/etc/kubernetes/manifests/"))) {
    return "its control plane restarts where its settings differ: one master at a time";
  }
  if ([...changed].some((name) => name.startsWith(`${filesDirectory}/`))) {
    return "the servers that may have read what stood there restart, one master at a time";
  }
  if (changed.has("GOOD_UNTIL")) {
    return "its certificates are renewed when the masters before it have theirs: only controller manager and scheduler restart";
  }
  return "its control plane is checked";
}

/** Whether a master takes pods, where that is another than before; masters of earlier releases were not told. */
function podsOn({ config }: Machine, configured: boolean): readonly string[] {
  if (takesPods(config)) return ["it takes pods: kubeadm's control-plane taint is removed from its node"];
  return configured ? ["its node gets kubeadm's control-plane taint"] : [];
}

/** What it means to take kubelets with certificates of the cluster's authority alone. */
export const trustEffects: Effects = {
  create:
    "its API server accepts only kubelets with a certificate of the cluster's authority, when all have one; an API server that accepts others now restarts once more for that",
  update: () => "kubelets' certificates are checked",
};

/** What issuing the administrator's kubeconfig means. */
export const credentialEffects: Effects = {
  create: "the administrator's kubeconfig is issued by number, with a group of its own",
  update: (changed) =>
    changed.has("ADMINISTRATOR")
      ? "the administrator's kubeconfig is issued again, and those before it that were issued by number lose their rights"
      : "the administrator's kubeconfig is issued again; those before it are valid until their end",
};

/** What telling the cluster its configuration means. */
export const configurationEffects: Effects = {
  create: "the cluster's configuration, by which machines join, is uploaded when all masters have their API servers",
  update: (changed) =>
    changed.has("AUTHORITIES") && !changed.has("script")
      ? "machines that join, and pods, get the authorities to trust; kube-proxy, flannel and CoreDNS restart, pod after pod"
      : changed.has("KUBEADM_CONFIG")
        ? "the cluster's configuration is uploaded when all masters have it; kube-proxy and CoreDNS are replaced if their release or registry changes, pod after pod"
        : // An earlier release left CoreDNS on the registry that it began with.
          changed.has("COREDNS_IMAGE")
          ? "the cluster's configuration is uploaded again; CoreDNS is replaced if it is of another registry, pod after pod"
          : changed.has("KUBELET_DEFAULTS")
            ? "machines that join get the kubelets' new settings; nothing restarts for that"
            : "the cluster's configuration is uploaded again; nothing restarts for that",
};
