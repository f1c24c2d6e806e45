import type { EngineEvent, OpType } from "@pulumi/pulumi/automation";

import { phaseOf, plainText } from "./progress";

type Metadata = NonNullable<EngineEvent["resourcePreEvent"]>["metadata"];

/** One resource that will change. */
interface Step {
  readonly urn: string;
  readonly name: string;
  readonly op: OpType;
  readonly phase: string;
  /** "nginx-deployment", or a machine's name. */
  readonly subject: string;
  /** Values that change, "spec.replicas: 3 → 5". */
  readonly values: readonly string[];
}

/** What was said of a machine, of etcd, or of everything. */
interface Note {
  readonly subject: string;
  readonly text: string;
}

const changing: Partial<Record<OpType, string>> = {
  create: "+",
  update: "~",
  replace: "±",
  delete: "-",
};

/** Names of a machine's resources end with what they are there for. */
const machineStep =
  /^(.+?)-(preflight|docker|kubelet|proxy|etcd|etcd-member|master|virtual-address|admit|join|member|rollout|node)$/;

/** Collects what a preview's events tell, and says it machine by machine. */
export class Story {
  private readonly steps: Step[] = [];
  private readonly notes: Note[] = [];
  private readonly said = new Map<string, string>();

  /** Takes one event of the engine. */
  event({ resourcePreEvent, diagnosticEvent }: EngineEvent): void {
    if (resourcePreEvent) this.step(resourcePreEvent.metadata);
    if (diagnosticEvent?.severity !== "info") return;
    const text = plainText(diagnosticEvent.message).trim();
    if (diagnosticEvent.urn) this.said.set(diagnosticEvent.urn, text);
    else if (!text.startsWith("stand-in plugin")) this.notes.push(noteOf(text));
  }

  /** The whole story; nothing where nothing changes. */
  text(): string {
    const subjects = [...this.notes.map(({ subject }) => subject), ...this.steps.map(({ subject }) => subject)];
    const machines = [...new Set(subjects)].sort((one, other) => rank(one) - rank(other) || (one < other ? -1 : 1));
    return machines.map((subject) => this.about(subject)).join("\n");
  }

  private step({ urn, op, type, old, new: now, detailedDiff }: Metadata): void {
    if (!(op in changing) || /^(keelson|pulumi):/.test(type)) return;
    const name = urn.slice(urn.lastIndexOf("::") + 2);
    const values = Object.keys((detailedDiff as object | undefined) ?? {}).map((path) => {
      const [before, after] = [old, now].map((state) => shown(valueAt(state?.inputs, path)));
      return `${path}: ${before ?? ""} → ${after ?? ""}`;
    });
    this.steps.push({ urn, name, op, phase: phaseOf(urn), subject: subjectFor(name, type), values });
  }

  private about(subject: string): string {
    const own = this.notes.filter((note) => note.subject === subject);
    const steps = this.steps.filter((step) => step.subject === subject);
    const lines = [
      ...own.map(({ text }) => `  ! ${text}`),
      ...(["create", "update", "replace", "delete"] as const).flatMap((op) => this.lines(op, steps)),
    ];
    return `${subject}\n${lines.join("\n")}\n`;
  }

  /** What is told in words has a line each; the rest of a kind is one line of names. */
  private lines(op: OpType, steps: readonly Step[]): readonly string[] {
    const own = steps.filter((step) => step.op === op);
    const told = own.filter(({ urn, values }) => this.said.has(urn) || (op === "update" && isObject(values, urn)));
    // A machine's container and its disk have one name.
    const rest = [...new Set(own.filter((step) => !told.includes(step)).map(({ name }) => name))];
    const mark = changing[op] ?? "";
    return [
      ...told.map(({ urn, name, values }) => `  ${mark} ${name}: ${this.said.get(urn) ?? values.join("; ")}`),
      ...(rest.length > 0 ? [`  ${mark} ${rest.join(", ")}`] : []),
    ];
  }
}

/** Objects of the cluster change value by value; a script's text says little. */
function isObject(values: readonly string[], urn: string): boolean {
  return values.length > 0 && urn.includes("kubernetes:");
}

function subjectFor(name: string, type: string): string {
  if (type.startsWith("docker:")) return name === "machines" ? "this computer" : name;
  return machineStep.exec(name)?.[1] ?? "the cluster";
}

function noteOf(said: string): Note {
  const [, subject = "the cluster", text = said] = /^([a-z0-9-]+): (.*)$/s.exec(said) ?? [];
  return { subject, text };
}

/** The machines first, then what is of all of them. */
function rank(subject: string): number {
  return ["etcd", "the cluster"].indexOf(subject);
}

function valueAt(value: unknown, path: string): unknown {
  const parts = path.match(/\["[^"]*"\]|\[\d+\]|[^.[\]]+/g) ?? [];
  return parts
    .map((part) => part.replace(/^\["?|"?\]$/g, ""))
    .reduce<unknown>((at, part) => (at as Record<string, unknown> | undefined)?.[part], value);
}

function shown(value: unknown): string {
  if (value === undefined) return "none";
  const text = typeof value === "string" ? value : JSON.stringify(value);
  return text.length > 60 ? `${text.slice(0, 57)}...` : text;
}
