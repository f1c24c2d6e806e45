import type { EngineEvent, OpType } from "@pulumi/pulumi/automation";

import { stepOf } from "../components/steps";
import { plainText, resourceName } from "./progress";

type Metadata = NonNullable<EngineEvent["resourcePreEvent"]>["metadata"];

/** One resource that will change. */
interface Step {
  readonly urn: string;
  readonly name: string;
  readonly op: OpType;
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

/** What is told of one subject, for programs. */
export interface Subject {
  readonly name: string;
  readonly notes: readonly string[];
  readonly steps: readonly { readonly name: string; readonly kind: OpType; readonly words: string }[];
}

const changing: Partial<Record<OpType, string>> = {
  create: "+",
  update: "~",
  replace: "±",
  delete: "-",
};

/** From so many machines on, those that have all the same before them are told together. */
const crowd = 4;

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

  /** The same story for programs: every subject by itself, with its notes and its steps; values as `text` shows them. */
  subjects(): readonly Subject[] {
    return this.sorted().map((name) => ({
      name,
      notes: this.notes.filter(({ subject }) => subject === name).map(({ text }) => text),
      steps: this.steps
        .filter(({ subject }) => subject === name)
        .map(({ urn, name, op, values }) => {
          const shown = op === "update" && isObject(values, urn) ? values.join("; ") : "";
          return { name, kind: op, words: this.said.get(urn) ?? shown };
        }),
    }));
  }

  private sorted(): readonly string[] {
    const subjects = [...this.notes.map(({ subject }) => subject), ...this.steps.map(({ subject }) => subject)];
    return [...new Set(subjects)].sort((one, other) => rank(one) - rank(other) || byName(one, other));
  }

  /** The whole story; nothing where nothing changes. */
  text(): string {
    const sorted = this.sorted();
    const alike = new Map<string, string[]>();
    for (const subject of sorted) {
      const about = this.about(subject, true);
      alike.set(about, [...(alike.get(about) ?? []), subject]);
    }
    // A crowd is told where its first is.
    const parts = new Map<string, string>();
    for (const [about, group] of alike) {
      if (group.length < crowd) group.forEach((subject) => parts.set(subject, `${subject}\n${this.about(subject)}`));
      else parts.set(group[0] ?? "", `${ranges(group)}: ${group.length} machines, each\n${about}`);
    }
    return sorted.flatMap((subject) => parts.get(subject) ?? []).join("\n");
  }

  private step({ urn, op, type, old, new: now, detailedDiff }: Metadata): void {
    if (!(op in changing) || /^(keelson|pulumi):/.test(type)) return;
    const name = resourceName(urn);
    const left = op === "delete" ? stepOf(name)?.step.left : undefined;
    if (left !== undefined) this.said.set(urn, left);
    const values = Object.keys((detailedDiff as object | undefined) ?? {}).map((path) => {
      const [before, after] = [old, now].map((state) => shown(valueAt(state?.inputs, path)));
      return `${path}: ${before ?? ""} → ${after ?? ""}`;
    });
    this.steps.push({ urn, name, op, subject: subjectFor(name, type), values });
  }

  /** A line for each thing to tell; "docker" instead of "worker-1-docker" where the lines are for others as well. */
  private about(subject: string, forAll = false): string {
    const own = this.notes.filter((note) => note.subject === subject);
    const steps = this.steps.filter((step) => step.subject === subject);
    const named = forAll ? steps.map((step) => ({ ...step, name: nameFor(step) })) : steps;
    return [
      ...own.map(({ text }) => `  ! ${text}`),
      ...(["create", "update", "replace", "delete"] as const).flatMap((op) => this.lines(op, named)),
    ]
      .map((line) => `${line}\n`)
      .join("");
  }

  /** What is told in words has a line each; the rest of a kind is one line of names. */
  private lines(op: OpType, steps: readonly Step[]): readonly string[] {
    const own = steps
      .filter((step) => step.op === op)
      .sort((a, b) => orderOf(a) - orderOf(b) || byName(a.name, b.name));
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

/** What a resource is to its machine, "docker". */
function nameFor({ name, subject }: Step): string {
  return name === subject ? "container" : (stepOf(name)?.step.name ?? name);
}

function orderOf({ urn }: Step): number {
  return stepOf(resourceName(urn))?.step.order ?? 0;
}

/** "worker-2" before "worker-10". */
const byName = (one: string, other: string) => one.localeCompare(other, "en", { numeric: true });

/** "master-1, worker-1 to worker-199": three numbers or more in a row are told by the first and the last. */
function ranges(names: readonly string[]): string {
  const runs: string[][] = [];
  for (const name of names) {
    const run = runs.at(-1);
    if (run && name === successor(run.at(-1) ?? "")) run.push(name);
    else runs.push([name]);
  }
  return runs.map((run) => (run.length < 3 ? run.join(", ") : `${run[0] ?? ""} to ${run.at(-1) ?? ""}`)).join(", ");
}

/** "worker-10" after "worker-9", "node010" after "node009". */
function successor(name: string): string | undefined {
  const [, prefix = "", digits = ""] = /^(.*?)(\d+)$/.exec(name) ?? [];
  return digits === "" ? undefined : `${prefix}${String(Number(digits) + 1).padStart(digits.length, "0")}`;
}

/** Objects of the cluster change value by value; a script's text says little, and a Secret's values are nobody's to read. */
function isObject(values: readonly string[], urn: string): boolean {
  const type = urn.split("::")[2]?.split("$").at(-1) ?? "";
  return values.length > 0 && type.startsWith("kubernetes:") && type !== "kubernetes:core/v1:Secret";
}

function subjectFor(name: string, type: string): string {
  if (type.startsWith("docker:")) return name === "machines" ? "this computer" : name;
  return stepOf(name)?.machine ?? "the cluster";
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
