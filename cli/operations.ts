import { mkdirSync, rmSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";

import type { EngineEvent, OutputMap, Stack } from "@pulumi/pulumi/automation";

import { forgetStack } from "../components/local/forget";
import { quote } from "../components/script/compose";
import type { Request } from "./arguments";
import { backUpNow, backupLines, lookAtBackups } from "./backup";
import { isColored, painted, paintFor, type Paint } from "./color";
import { exits } from "./commands";
import { doctor } from "./doctor";
import { Commands } from "./doctor/findings";
import { endingOf } from "./endings";
import { tellFailure } from "./failure";
import { giveUpLost } from "./lost";
import { shell } from "./machines";
import { obtain } from "./obtain";
import { Story } from "./preview";
import { openStack, requireStack, root, type Opening } from "./project";
import { Progress, seconds } from "./progress";
import { Recorder } from "./record";
import { recover } from "./recover";
import { certificatesLine, clusterOf, lookAt, nginxLine, troubles } from "./status";
import { support } from "./support";
import { nodeTable, podTable } from "./tables";

/** One run of the engine. */
interface Run {
  readonly stack: Stack;
  readonly request: Request;
  readonly progress: Progress;
}

type Operation = (run: Run) => Promise<void>;

/** Does what is asked for, on a stack that there is, with all that it needs; gives the exit code. */
export async function perform(request: Request): Promise<number> {
  requireStack(request.stack);
  // Set by cli/keelson; the tests have seen to it by then.
  const obtained = process.env["KEELSON_OBTAIN"] ? obtain(request.stack) : "done";
  if (obtained !== "done") return exits[obtained];
  const operation = operations[request.command];
  if (!operation) throw new Error(`keelson ${request.command} has no operation`);
  return operation(request);
}

const operations: Readonly<Record<string, (request: Request) => Promise<number>>> = {
  up: (request) => change(request, up),
  preview: async (request) => operate(await openStack(request.stack), request, preview),
  refresh: (request) => change(request, refresh, "found"),
  destroy: (request) => change(request, destroy, "found"),
  status: (request) => read(request, status),
  doctor: async (request) => doctor(await openStack(request.stack, "found"), request),
  support: async ({ stack }) => support(await openStack(stack, "found")),
  kubeconfig: (request) => read(request, kubeconfig),
  backup: async ({ stack }) => backUpNow(await openStack(stack, "found")),
  shell: ({ stack, machine }) => shell(stack, machine),
};

/** An operation that changes the state: what a killed run left in its way is cleared first. */
async function change(request: Request, operation: Operation, opening?: Opening): Promise<number> {
  const stack = await openStack(request.stack, opening);
  await recover(stack);
  return operate(stack, request, operation);
}

async function read(request: Request, look: (stack: Stack, request: Request) => Promise<void>): Promise<number> {
  await look(await openStack(request.stack, "found"), request);
  return exits.done;
}

/** Runs the engine, telling what it does; a failure is told as well, and is the exit code. */
async function operate(stack: Stack, request: Request, operation: Operation): Promise<number> {
  const began = Date.now();
  // Where standard output is for a program, people are told on the other.
  const out = request.output === "json" ? process.stderr : process.stdout;
  const progress = new Progress(out, paintFor(request.color, out));
  const interruption = heedInterrupts(progress);
  try {
    await operation({ stack, request, progress });
    if (request.output === "text") out.write(`finished in ${seconds(Date.now() - began).trim()}\n`);
    return exits.done;
  } catch (error) {
    progress.close();
    tellFailure(
      progress,
      error,
      { stack: stack.name, command: request.command },
      paintFor(request.color, process.stderr),
    );
    return interruption.came() ? exits.interrupted : exits[endingOf(progress.wrongs(error))];
  } finally {
    progress.close();
    interruption.over();
  }
}

/** Ctrl-C reaches the engine as well, which ends what is under way and writes the state: the run waits for it, and the next Ctrl-C for nothing. */
function heedInterrupts(progress: Progress): { readonly came: () => boolean; readonly over: () => void } {
  let count = 0;
  const heed = (): void => {
    if (++count > 1) process.exit(exits.interrupted);
    const { underWay } = progress;
    // A machine behind a bastion that dies amid a script never ends it: nobody else says what is waited for.
    const what = underWay.length > 0 ? ` (${underWay.join(", ")})` : "";
    process.stderr.write(
      `\ninterrupted: the engine ends what is under way${what}, and keeps what is done; Ctrl-C again leaves at once\n`,
    );
  };
  process.on("SIGINT", heed);
  return { came: () => count > 0, over: () => process.off("SIGINT", heed) };
}

const quiet = { suppressOutputs: true, onOutput: () => undefined };

/** Drives the engine, while what it does is told, and kept for whoever looks afterwards. */
async function watched<Result>(
  { stack, request, progress }: Run,
  drive: (options: typeof quiet & { readonly onEvent: (event: EngineEvent) => void }) => Promise<Result>,
): Promise<Result> {
  const recorder = new Recorder({ stack: stack.name, command: request.command }, root);
  const onEvent = (event: EngineEvent): void => {
    recorder.event(event);
    progress.event(event);
  };
  try {
    return await drive({ ...quiet, onEvent });
  } finally {
    recorder.end();
    progress.close();
  }
}

async function up(run: Run): Promise<void> {
  const { stack, request } = run;
  const { summary, outputs } = await watched(run, (options) => stack.up(options));
  process.stdout.write(`\n${counted(summary.resourceChanges ?? {})}\n\n`);
  await status(stack, request, outputs);
  const [node] = (outputs["nodes"]?.value ?? []) as readonly { readonly name: string }[];
  const commands = new Commands(stack.name);
  const next = ["status", "kubeconfig", `shell MACHINE=${node?.name ?? ""}`].map((target) => commands.make(target));
  process.stdout.write(`next: ${next.join(", ")}\n`);
}

async function preview({ stack, request: { diff, output, color }, progress }: Run): Promise<void> {
  const paint = paintFor(color, process.stdout);
  const story = new Story();
  let values = "";
  const { changeSummary } = await stack.preview({
    // The engine's own words: every resource, and every property that will change. Long, so only made where they are shown.
    diff,
    color: isColored(color, process.stdout) ? "always" : "never",
    onOutput: (text) => (values += diff ? text : ""),
    onEvent: (event) => {
      story.event(event);
      // What goes wrong is told as for every other operation.
      if (event.diagnosticEvent && event.diagnosticEvent.severity !== "info") progress.event(event);
    },
  });
  if (output === "json") {
    const answer = { schema: 1, stack: stack.name, subjects: story.subjects(), resources: changeSummary };
    process.stdout.write(`${JSON.stringify(answer, null, 2)}\n`);
    return;
  }
  const commands = new Commands(stack.name);
  process.stdout.write(diff ? values : painted(story.text(), paint));
  process.stdout.write(`\n${counted(changeSummary, toDo)}\n`);
  process.stdout.write(`next: ${commands.make("up")}; ${commands.make("preview")} DIFF=1 shows every value\n`);
}

async function refresh(run: Run): Promise<void> {
  const { summary } = await watched(run, (options) => run.stack.refresh(options));
  process.stdout.write(`\n${counted(summary.resourceChanges ?? {})}\n`);
}

async function destroy(run: Run): Promise<void> {
  const { stack } = run;
  await giveUpLost(stack);
  const { summary } = await watched(run, (options) => stack.destroy(options));
  const { resourceChanges: changes = {} } = summary;
  const nothing = `stack ${stack.name} has no cluster in the backend in use: nothing was destroyed`;
  process.stdout.write(`\n${Object.keys(changes).length > 0 ? counted(changes) : nothing}\n`);
  const kept = forgetStack(stack.name);
  if (kept !== undefined) process.stdout.write(`  note  ${kept}\n`);
}

async function status(stack: Stack, { output, color }: Request, known?: OutputMap): Promise<void> {
  const outputs = known ?? (await stack.outputs());
  const cluster = clusterOf(stack.name, outputs);
  const [look, backups] = await Promise.all([
    lookAt(cluster),
    outputs["backups"] === undefined ? undefined : lookAtBackups(stack),
  ]);
  if (output === "json") {
    process.stdout.write(
      `${JSON.stringify({ schema: 1, stack: stack.name, ...look, ...(backups ? { backups } : {}) }, null, 2)}\n`,
    );
    return;
  }
  const paint = paintFor(color, process.stdout);
  const tables = [await nodeTable(cluster.kubeconfig), await podTable(cluster.kubeconfig)];
  // Last, where the eye is: what somebody has to see to.
  const parts = [
    ...tables.map((table) => notReadyIn(table, paint)),
    ...troubles(look, paint),
    ...nginxLine(look),
    ...certificatesLine(look, paint),
    ...(backups ? backupLines(backups, paint) : []),
  ];
  process.stdout.write(`${parts.join("\n\n")}\n`);
}

const notReadyIn = (table: string, paint: Paint) => table.replace(/\bNotReady\b/g, (word) => paint("red", word));

async function kubeconfig(stack: Stack): Promise<void> {
  const { kubeconfig } = clusterOf(stack.name, await stack.outputs());
  const file = join(root, ".keelson", stack.name, "kubeconfig");
  mkdirSync(dirname(file), { recursive: true, mode: 0o700 });
  rmSync(file, { force: true });
  writeFileSync(file, kubeconfig, { mode: 0o600 });
  process.stdout.write(`export KUBECONFIG=${/^[\w./@+-]+$/.test(file) ? file : quote(file)}\n`);
}

const done: Record<string, string> = {
  create: "created",
  update: "changed",
  replace: "replaced",
  delete: "deleted",
  same: "unchanged",
};
const toDo = { ...done, create: "to create", update: "to change", replace: "to replace", delete: "to delete" };

function counted(changes: Partial<Record<string, number>>, words: Record<string, string> = done): string {
  const parts = Object.entries(changes).map(([op, count]) => `${String(count)} ${words[op] ?? op}`);
  return `resources: ${parts.join(", ") || "none"}`;
}
