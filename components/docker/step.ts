import type { Step } from "../script/step";

export const dockerStep: Step = { name: "docker", title: "docker", order: 20 };
