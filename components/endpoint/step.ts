import type { Step } from "../script/step";

export const proxyStep: Step = { name: "proxy", title: "proxies", order: 50 };

export const virtualAddressStep: Step = { name: "virtual-address", title: "master", order: 61 };
