import type { Step } from "../script/step";

export const masterStep: Step = { name: "master", title: "master", order: 60 };

export const approverStep: Step = { name: "approver", title: "master", order: 62 };

export const trustStep: Step = { name: "trust", title: "rollout", order: 81 };
