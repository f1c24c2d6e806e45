import type { Step } from "../machine/step";

export const kubeletStep: Step = { name: "kubelet", title: "kubelets", order: 40 };
