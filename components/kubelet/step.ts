import type { Step } from "../script/step";

export const kubeletStep: Step = { name: "kubelet", title: "kubelets", order: 40 };
