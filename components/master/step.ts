import type { Step } from "../machine/step";

export const masterStep: Step = { name: "master", title: "master", order: 60 };
