import type { Step } from "../script/step";

export const masterStep: Step = { name: "master", title: "master", order: 60 };
