import { absentCluster, type KubernetesWorld, openCluster } from "./kubernetes.world";
import { lives, named } from "./kubernetes.objects";
import { preview, provider } from "./kubernetes.provider";
import { taints } from "./kubernetes.taints";
import type { Suite } from "./scenario";

/** The kinds of objects that the program makes, in a cluster that keeps them. */

export const kubernetesSuite: Suite<KubernetesWorld> = {
  plugin: "kubernetes",
  needsServer: true,
  environment: { KUBECONFIG: "/dev/null" },
  scenarios: [provider, preview, named, ...lives, taints],
  open: openCluster,
  close: async ({ close }) => close?.(),
  absent: absentCluster,
  hidden: ({ kubeconfig }) => [
    [kubeconfig, "<kubeconfig>"],
    [/127\.0\.0\.1:\d+/g, "127.0.0.1:<port>"],
    [/\b[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}\b/g, "<uid>"],
    [/\b\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ/g, "<time>"],
    [/pulumi-kubernetes-[0-9a-f]{8}/g, "pulumi-kubernetes-<random>"],
    [/\bthing-[0-9a-f]{8}\b/g, "thing-<random>"],
    // Versions of objects are counted for the cluster as a whole.
    [/^\d{3,}$/g, "<version>"],
    [/\b10\.96\.0\.\d+\b/g, "<address>"],
  ],
};
