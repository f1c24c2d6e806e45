import type { Step } from "../script/step";

/** The life of a machine's node, in its order. */
export const joinStep: Step = { name: "join", title: "nodes", order: 71 };
/** In the state before the machine joins: what drains its node and deletes it on the way out. */
export const leaveStep: Step = { name: "member", title: "nodes", order: 72 };
export const readyStep: Step = { name: "ready", title: "nodes", order: 73 };
export const labelsStep: Step = { name: "node", title: "nodes", order: 74 };
export const rolloutStep: Step = { name: "rollout", title: "rollout", order: 80 };

/** What earlier releases had: a script on a master that let a machine join. Its end runs nothing anywhere. */
export const admitStep: Step = {
  name: "admit",
  title: "nodes",
  order: 70,
  left: "leaves the state: the program itself lets machines join by now, and nothing is undone",
};
