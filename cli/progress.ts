import type { EngineEvent, OpType } from "@pulumi/pulumi/automation";

import { stepOf } from "../components/steps";
import { plain, type Paint } from "./color";

/** How long one resource took, milliseconds since the run began. */
export interface Step {
  readonly urn: string;
  readonly phase: string;
  readonly name: string;
  readonly op: OpType;
  readonly start: number;
  end?: number;
  failed?: boolean;
  /** What it said last. */
  said?: string;
}

const words: Partial<Record<OpType, string>> = {
  create: "done",
  update: "changed",
  delete: "removed",
  "create-replacement": "replaced",
  "delete-replaced": "removed",
};
/** As wide as the longest of them, and a space. */
const wordWidth = 9;
/** How often a pipe is told what goes on, milliseconds; a terminal is told at once. */
const quietTime = 10_000;

/** Tells people what a run of the engine does, while it does it. */
export class Progress {
  readonly steps: Step[] = [];
  /** What the engine and the plugins reported as errors, by resource; "" for those of none. */
  readonly errors = new Map<string, string[]>();
  /** Messages that are of no resource, such as which plugins are in use. */
  private readonly told = new Set<string>();
  private readonly began = Date.now();
  private readonly active = new Map<string, Step>();
  private readonly timer: NodeJS.Timeout;

  constructor(
    private readonly out: NodeJS.WriteStream = process.stdout,
    private readonly paint: Paint = plain,
  ) {
    this.timer = setInterval(() => this.now(), out.isTTY ? 200 : quietTime);
  }

  /** Takes one event of the engine. */
  event(event: EngineEvent): void {
    if (event.resourcePreEvent) this.begin(event.resourcePreEvent.metadata);
    if (event.resOutputsEvent) this.finish(event.resOutputsEvent.metadata.urn, false);
    if (event.resOpFailedEvent) this.finish(event.resOpFailedEvent.metadata.urn, true);
    if (event.diagnosticEvent) this.diagnostic(event.diagnosticEvent);
  }

  /** No more lines of work under way. */
  close(): void {
    clearInterval(this.timer);
    this.clear();
  }

  /** All that was reported as wrong; the error that ended the run, where nothing was. */
  wrongs(error: unknown): readonly string[] {
    return this.errors.size > 0 ? [...this.errors.values()].flat() : [messageOf(error)];
  }

  /** What has begun and not ended, the oldest first, each with how long it has taken. */
  get underWay(): readonly string[] {
    const now = Date.now() - this.began;
    return [...this.active.values()].map(({ name, start }) => `${name} for ${seconds(now - start).trim()}`);
  }

  private begin({ urn, op, type }: { urn: string; op: OpType; type: string }): void {
    // Components and providers do nothing by themselves.
    if (!(op in words) || type.startsWith("keelson:") || type.startsWith("pulumi:")) return;
    const step: Step = { urn, phase: phaseOf(urn), name: resourceName(urn), op, start: Date.now() - this.began };
    this.steps.push(step);
    this.active.set(urn, step);
  }

  private finish(urn: string, failed: boolean): void {
    const step = this.active.get(urn);
    if (!step) return;
    this.active.delete(urn);
    step.end = Date.now() - this.began;
    step.failed = failed;
    const said = failed || step.said === undefined || isOver(step.said, urn) ? "" : `  ${step.said}`;
    this.line(failed ? "FAILED" : (words[step.op] ?? step.op), step, seconds(step.end - step.start) + said);
  }

  private diagnostic({ urn = "", message, severity }: NonNullable<EngineEvent["diagnosticEvent"]>): void {
    const text = withoutBadAdvice(plainText(message)).trim();
    if (text === "") return;
    if (severity === "error") this.errors.set(urn, [...(this.errors.get(urn) ?? []), text]);
    const step = this.active.get(urn);
    if (step) step.said = text.split("\n").at(-1)?.slice(0, 120);
    if (urn === "" && severity === "info" && !this.told.has(text)) {
      this.told.add(text);
      this.clear();
      this.out.write(`  note  ${text}\n`);
    }
  }

  private line(word: string, step: Step, rest: string): void {
    this.clear();
    const head = word.padEnd(wordWidth);
    this.out.write(
      `  ${step.failed ? this.paint("red", head) : head}${step.phase.padEnd(9)} ${step.name.padEnd(22)} ${rest}\n`,
    );
  }

  private now(): void {
    const [oldest] = this.active.values();
    if (!oldest) return;
    const more = this.active.size > 1 ? ` (and ${this.active.size - 1} more)` : "";
    const time = seconds(Date.now() - this.began - oldest.start);
    const text = `${time}${more}  ${oldest.said ?? ""}`;
    this.line("now", oldest, this.out.isTTY ? text.slice(0, this.out.columns - 45) : text);
    if (this.out.isTTY) this.out.write("\x1b[1A");
  }

  private clear(): void {
    if (this.out.isTTY) this.out.write("\x1b[2K\r");
  }
}

/** How a connection came about, and what an object in the cluster waited for, is of interest only while it does. */
function isOver(said: string, urn: string): boolean {
  return said.startsWith("Dial ") || (urn.split("::")[2] ?? "").includes("kubernetes:");
}

/** What a resource is told under: the title of its machine's step, or the component that it lies in. */
export function phaseOf(urn: string): string {
  const component = /\bkeelson:(?!index:)(\w+):/.exec(urn.split("::")[2] ?? "")?.[1] ?? "cluster";
  // Containers and disks are their machines'.
  return component === "local" ? "machines" : (stepOf(resourceName(urn))?.step.title ?? component);
}

/** The name that the program gave a resource. */
export function resourceName(urn: string): string {
  return urn.slice(urn.lastIndexOf("::") + 2);
}

/** An error's own words. */
export function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}

/** "12.3 s". */
export function seconds(milliseconds: number): string {
  return `${(milliseconds / 1000).toFixed(1)} s`.padStart(7);
}

/**
 * What the Kubernetes provider says of a cluster that it cannot reach, without its advice to have all that is in it forgotten: that
 * is for clusters that are gone, and the machines of one whose API is away for a while are there.
 */
export function withoutBadAdvice(message: string): string {
  return message.replace(
    /[ \t]*(?:If the cluster (?:has been|was|is) |[^.\n]*\bPULUMI_K8S_DELETE_UNREACHABLE\b)[^\n]*?(?:\.(?=\s|$)|$)/gm,
    "",
  );
}

/** The engine marks colours as <{%fg 1%}>, which nobody wants to read. */
export function plainText(message: string): string {
  // eslint-disable-next-line no-control-regex -- terminals' own colours begin with this character
  return message.replace(/<\{%[^%]*%\}>|\x1b\[[0-9;]*m/g, "");
}
