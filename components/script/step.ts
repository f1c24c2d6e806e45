/** What a script is to its machine, for people who look at a preview or a run. */
export interface Step {
  /** With what its resources' names end, "kubelet". */
  readonly name: string;
  /** The chapter of the story that it is told under, "kubelets". */
  readonly title: string;
  /** Its place among a machine's steps; each has another one. */
  readonly order: number;
  /** What it means that a living cluster loses it, where it is of earlier releases alone. @default it is of this one */
  readonly left?: string;
}

/** The name of a step's resource on a machine, "worker-1-kubelet". */
export function stepOn({ name }: { readonly name: string }, step: Step): string {
  return `${name}-${step.name}`;
}
