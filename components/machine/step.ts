import type { Step } from "../script/step";

export const preflightStep: Step = { name: "preflight", title: "preflight", order: 10 };
