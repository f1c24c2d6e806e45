import type { Step } from "../script/step";

/** A timer by which a member backs etcd up. */
export const backupStep: Step = { name: "etcd-backup", title: "etcd", order: 22 };

// The stages in which etcd is set back to a backup: each is done on all machines before the next.
export const chooseStep: Step = { name: "etcd-restore-choose", title: "etcd", order: 23 };
export const fetchStep: Step = { name: "etcd-restore-fetch", title: "etcd", order: 24 };
export const haltStep: Step = { name: "etcd-restore-halt", title: "etcd", order: 25 };
export const swapStep: Step = { name: "etcd-restore-swap", title: "etcd", order: 26 };
export const startStep: Step = { name: "etcd-restore-start", title: "etcd", order: 27 };
export const resumeStep: Step = { name: "etcd-restore-resume", title: "etcd", order: 39 };
