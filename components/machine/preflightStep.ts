import type { Step } from "./step";

export const preflightStep: Step = { name: "preflight", title: "preflight", order: 10 };
