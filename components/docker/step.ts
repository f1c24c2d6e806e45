import type { Step } from "../machine/step";

export const dockerStep: Step = { name: "docker", title: "docker", order: 20 };
