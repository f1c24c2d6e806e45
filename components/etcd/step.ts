import type { Step } from "../script/step";

/** A member starts, or restarts in its turn. */
export const etcdStep: Step = { name: "etcd", title: "etcd", order: 30 };

/** By way of another member: this one is well, and leaves with its machine. */
export const memberStep: Step = { name: "etcd-member", title: "etcd", order: 31 };
