import type { Run, Step } from "./run";

/** What a stack's state has of a resource. */
export interface Resource {
  readonly urn: string;
  readonly dependencies?: readonly string[];
  readonly parent?: string;
  /** URN and id of its provider. */
  readonly provider?: string;
}

/** A step of the critical path, and how long after the one before it began. */
export interface Link {
  readonly step: Step;
  readonly waited: number;
}

/**
 * The steps that the run's time is made of, from its end back to its beginning: each is what the next one waited for, and ended last of
 * that. What a step waits for is read from the state; where that has nothing of it, as of one that failed, it is whatever ended last before it
 * began.
 */
export function criticalPath({ steps, grain, prepared }: Run, resources: readonly Resource[]): readonly Link[] {
  const before = new Before(steps, resources, grain);
  const path: Link[] = [];
  let step = lastOf(steps);
  while (step) {
    const previous = before.of(step);
    path.unshift({ step, waited: Math.max(0, step.start - (previous?.end ?? prepared)) });
    step = path.some((link) => link.step === previous) ? undefined : previous;
  }
  return path;
}

/** What steps wait for. */
class Before {
  private readonly byUrn: ReadonlyMap<string, Resource>;
  private readonly steps: ReadonlyMap<string, Step>;

  constructor(
    private readonly all: readonly Step[],
    resources: readonly Resource[],
    private readonly grain: number,
  ) {
    this.byUrn = new Map(resources.map((resource) => [resource.urn, resource]));
    this.steps = new Map(all.map((step) => [step.urn, step]));
  }

  of(step: Step): Step | undefined {
    const ended = (other: Step) => other !== step && other.end <= step.start + this.grain;
    const isDeleted = step.op === "delete" || step.op === "delete-replaced";
    const known = isDeleted ? [] : this.needed(step.urn, new Set());
    return lastOf(known.filter(ended)) ?? lastOf(this.all.filter(ended));
  }

  /** Work that must be over; what is none of this run's work is looked through. */
  private needed(urn: string, seen: Set<string>): readonly Step[] {
    const { dependencies = [], parent = "", provider = "" } = this.byUrn.get(urn) ?? {};
    const direct = [...dependencies, parent, provider.slice(0, provider.lastIndexOf("::"))];
    return direct.flatMap((one) => {
      if (seen.has(one)) return [];
      seen.add(one);
      const step = this.steps.get(one);
      return step ? [step] : this.needed(one, seen);
    });
  }
}

function lastOf(steps: readonly Step[]): Step | undefined {
  return steps.reduce<Step | undefined>((last, step) => (last && last.end >= step.end ? last : step), undefined);
}
