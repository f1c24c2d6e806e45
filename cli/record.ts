import { appendFileSync, existsSync, mkdirSync, readdirSync, rmSync } from "node:fs";
import { join } from "node:path";
import { performance } from "node:perf_hooks";

import type { EngineEvent } from "@pulumi/pulumi/automation";

import { plainText, withoutBadAdvice } from "./progress";

/** How many runs of a stack are kept, and how much of what one says in a line. */
const [keptRuns, longest] = [5, 200];

const directoryIn = (project: string) => join(project, ".keelson", "logs");

/** The records of a stack's runs, the newest last; they go by the time at which they began. */
export function recordsOf(stack: string, project: string): readonly string[] {
  const directory = directoryIn(project);
  const of = new RegExp(`^${stack}-(?:up|refresh|destroy)-([0-9TZ:.-]+)\\.jsonl$`);
  const found = (existsSync(directory) ? readdirSync(directory) : []).flatMap((file) => {
    const [, time] = of.exec(file) ?? [];
    return time === undefined ? [] : [{ file, time }];
  });
  return found.sort((a, b) => (a.time < b.time ? -1 : 1)).map(({ file }) => join(directory, file));
}

/**
 * Keeps when what was done in a run of the engine, one event a line, for whoever looks afterwards (`make timeline`). The lines are the engine's
 * own, by the fraction of a second, without the values of resources.
 */
export class Recorder {
  private readonly file: string;
  private failed = false;

  constructor(run: { readonly stack: string; readonly command: string }, project: string) {
    const began = performance.timeOrigin;
    mkdirSync(directoryIn(project), { recursive: true, mode: 0o700 });
    this.file = join(
      directoryIn(project),
      `${run.stack}-${run.command}-${new Date(began).toISOString().replace(/:/g, "-")}.jsonl`,
    );
    this.write({ began: run.command, stack: run.stack }, began);
    for (const old of recordsOf(run.stack, project).slice(0, -keptRuns)) rmSync(old, { force: true });
  }

  /** Takes one event of the engine. */
  event(event: EngineEvent): void {
    const slim = slimmed(event);
    if (slim) this.write(slim);
  }

  /** The engine is through. */
  end(): void {
    this.write({ ended: true });
  }

  /** A run is not to end for want of room on a disk. */
  private write(line: object, at = performance.timeOrigin + performance.now()): void {
    if (this.failed) return;
    try {
      const timestamp = Math.round(at) / 1000;
      appendFileSync(this.file, `${JSON.stringify({ timestamp, ...line })}\n`, { mode: 0o600 });
    } catch {
      this.failed = true;
    }
  }
}

const kinds = ["resourcePreEvent", "resOutputsEvent", "resOpFailedEvent"] as const;

/** What of an event says when; undefined where nothing of it does. */
function slimmed(event: EngineEvent): object | undefined {
  if (event.preludeEvent) return { preludeEvent: {} };
  if (event.summaryEvent) return { summaryEvent: { resourceChanges: event.summaryEvent.resourceChanges } };
  if (event.diagnosticEvent) {
    const { urn, severity, message } = event.diagnosticEvent;
    const text = withoutBadAdvice(plainText(message)).trim().split("\n").at(-1)?.slice(0, longest);
    return { diagnosticEvent: { urn, severity, message: text } };
  }
  for (const kind of kinds) {
    const metadata = event[kind]?.metadata;
    if (metadata) return { [kind]: { metadata: { op: metadata.op, urn: metadata.urn, type: metadata.type } } };
  }
  return undefined;
}
