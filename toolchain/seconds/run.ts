/** What a run of the engine did and when, read from its events: those that `make up` keeps, or a file of `pulumi up --event-log`. Pure. */
import { phaseOf, plainText, resourceName } from "../../cli/progress";
import { stepOf } from "../../components/steps";

/** What a step said, seconds since the run began. */
export interface Said {
  readonly at: number;
  readonly text: string;
}

/** One piece of work: a script on a machine, a container, an object in the cluster. Times are seconds since the run began. */
export interface Step {
  readonly urn: string;
  readonly name: string;
  /** The machine whose it is; "cluster" for what is of none. */
  readonly lane: string;
  readonly phase: string;
  readonly op: string;
  readonly start: number;
  readonly end: number;
  /** It was still at work when the run ended. */
  readonly isCutOff: boolean;
  readonly failed: boolean;
  readonly said: readonly Said[];
}

export interface Run {
  /** "up of dev". */
  readonly title: string;
  /** When it began, as an ISO date. */
  readonly began: string;
  /** Seconds until the program told its first resource, and until all was over. */
  readonly prepared: number;
  readonly seconds: number;
  /** The smallest difference that the times can show, seconds. */
  readonly grain: number;
  readonly steps: readonly Step[];
}

interface Metadata {
  readonly op: string;
  readonly urn: string;
  readonly type: string;
}

/** One line. `began` and `ended` are of `make`; the rest is the engine's. */
interface Line {
  readonly timestamp: number;
  readonly began?: string;
  readonly stack?: string;
  readonly preludeEvent?: object;
  readonly diagnosticEvent?: { readonly urn?: string; readonly message?: string };
  readonly resourcePreEvent?: { readonly metadata: Metadata; readonly planning?: boolean };
  readonly resOutputsEvent?: { readonly metadata: Metadata; readonly planning?: boolean };
  readonly resOpFailedEvent?: { readonly metadata: Metadata };
}

const work = ["create", "update", "delete", "create-replacement", "delete-replaced", "read", "refresh", "import"];

/** Components and providers do nothing by themselves. */
const isWork = ({ op, type }: Metadata) => work.includes(op) && !/^(keelson|pulumi):/.test(type);

/** Throws where the text is no run of the engine's. */
export function runIn(text: string): Run {
  const lines = ofLastRun(linesIn(text));
  const [first, last] = [lines[0], lines.at(-1)];
  if (!first || !last) throw new Error("there is no event of the engine in it");
  const at = ({ timestamp }: Line) => timestamp - first.timestamp;
  const told = lines.find(({ resourcePreEvent }) => resourcePreEvent);
  const steps = stepsIn(lines, at);
  return {
    title: `${first.began ?? "run"} of ${first.stack ?? stackIn(lines)}`,
    began: new Date(first.timestamp * 1000).toISOString(),
    prepared: at(told ?? last),
    seconds: at(last),
    grain: lines.some(({ timestamp }) => !Number.isInteger(timestamp)) ? 0.05 : 1,
    steps: steps.map((step) => ({ ...step, lane: laneOf(step, machinesIn(steps)) })),
  };
}

/** A line that was cut off, by a killed run, is none. */
function linesIn(text: string): readonly Line[] {
  return text.split("\n").flatMap((line) => {
    try {
      const read = JSON.parse(line) as Partial<Line> | null;
      return typeof read?.timestamp === "number" ? [read as Line] : [];
    } catch {
      return [];
    }
  });
}

/** `pulumi up` writes its preview first: each begins with a prelude. */
function ofLastRun(lines: readonly Line[]): readonly Line[] {
  const isPlanned = ({ resourcePreEvent, resOutputsEvent }: Line) =>
    resourcePreEvent?.planning === true || resOutputsEvent?.planning === true;
  const planned = lines.findLastIndex(isPlanned);
  if (planned < 0) return lines;
  const prelude = lines.findIndex(({ preludeEvent }, index) => index > planned && preludeEvent);
  return prelude < 0 ? lines : lines.slice(prelude);
}

type Unplaced = Omit<Step, "lane">;

function stepsIn(lines: readonly Line[], at: (line: Line) => number): readonly Unplaced[] {
  const steps: Unplaced[] = [];
  const active = new Map<string, { start: number; op: string; said: Said[] }>();
  const end = (urn: string, time: number, how: { failed: boolean; isCutOff?: boolean }): void => {
    const begun = active.get(urn);
    if (!begun) return;
    active.delete(urn);
    const names = { urn, name: resourceName(urn), phase: phaseOf(urn) };
    steps.push({ ...names, ...begun, end: time, isCutOff: false, ...how });
  };
  for (const line of lines) {
    const { resourcePreEvent, resOutputsEvent, resOpFailedEvent, diagnosticEvent } = line;
    if (resourcePreEvent && isWork(resourcePreEvent.metadata)) {
      const { urn, op } = resourcePreEvent.metadata;
      active.set(urn, { start: at(line), op, said: [] });
    }
    if (resOutputsEvent) end(resOutputsEvent.metadata.urn, at(line), { failed: false });
    if (resOpFailedEvent) end(resOpFailedEvent.metadata.urn, at(line), { failed: true });
    const text =
      plainText(diagnosticEvent?.message ?? "")
        .trim()
        .split("\n")
        .at(-1) ?? "";
    if (text !== "") active.get(diagnosticEvent?.urn ?? "")?.said.push({ at: at(line), text });
  }
  const last = lines.at(-1);
  for (const urn of [...active.keys()]) end(urn, last ? at(last) : 0, { failed: false, isCutOff: true });
  return steps.sort((one, other) => one.start - other.start || one.end - other.end);
}

const machinesIn = (steps: readonly Unplaced[]) => new Set(steps.map(({ name }) => stepOf(name)?.machine ?? ""));

/** A container is called as its machine is. */
function laneOf({ name, phase }: Unplaced, machines: ReadonlySet<string>): string {
  const machine = stepOf(name)?.machine ?? (phase === "machines" ? name : "");
  return machines.has(machine) && machine !== "" ? machine : "cluster";
}

function stackIn(lines: readonly Line[]): string {
  const urn = lines.find(({ resourcePreEvent }) => resourcePreEvent)?.resourcePreEvent?.metadata.urn ?? "";
  return urn.split("::")[0]?.slice("urn:pulumi:".length) ?? "";
}
