import type { Step } from "../script/step";

// Stages in which a key takes the place of another, each on all masters before the next.
export const writeStep: Step = { name: "encryption-write", title: "encryption", order: 84 };
export const forgetStep: Step = { name: "encryption-forget", title: "encryption", order: 86 };
