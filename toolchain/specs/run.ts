import { spawn, type ChildProcess } from "node:child_process";
import { createWriteStream, existsSync, readdirSync, readFileSync, statSync } from "node:fs";
import { join } from "node:path";

/** How `e2e.test` is called. */
export interface Call {
  /** The directory that `obtain` printed. */
  readonly programs: string;
  /** Where reports and logs go. */
  readonly kept: string;
  readonly kubeconfig: string;
  readonly say: (line: string) => void;
}

/** Which specs, and how many at a time. */
export interface Selection {
  /** The run's name, for its files. */
  readonly name: string;
  readonly labels: string;
  readonly processes: number;
  readonly focus?: string | undefined;
  readonly skip?: string | undefined;
}

/** The reports of runs that are kept, the oldest first. */
export function keptReports(kept: string): readonly string[] {
  const names = readdirSync(kept).filter((name) => /^(together|alone|again)-\d+\.json$/.test(name));
  const files = names.map((name) => join(kept, name));
  return files.sort((one, other) => statSync(one).mtimeMs - statSync(other).mtimeMs);
}

/** Runs specs to their end; Ginkgo's report. */
export async function runSpecs(call: Call, selection: Selection): Promise<string> {
  const { programs, kept, say } = call;
  const report = join(kept, `${selection.name}.json`);
  const log = join(kept, `${selection.name}.log`);
  const child = spawn(join(programs, "ginkgo"), argumentsOf(call, selection), {
    detached: true,
    stdio: ["ignore", "pipe", "pipe"],
  });
  const file = createWriteStream(log);
  let done = 0;
  for (const stream of [child.stdout, child.stderr]) {
    stream.pipe(file, { end: false });
    // Ginkgo prints a dot for each spec that ended.
    stream.on("data", (data: Buffer) => (done += data.toString().split("•").length - 1));
  }
  const clock = setInterval(() => say(`${selection.name}: ${done} specs done`), 60_000);
  const [status, interrupted] = await ended(child);
  clearInterval(clock);
  file.end();
  if (interrupted) throw new Error("interrupted; the specs that ran have ended");
  if (!existsSync(report)) throw new Error(`ginkgo ended with ${String(status)} and no report; its log is ${log}`);
  return readFileSync(report, "utf8");
}

/** Waits for a child with a process group of its own, through an interruption as well: it takes away first what it made. */
async function ended(child: ChildProcess): Promise<readonly [number | null, boolean]> {
  let interrupted = false;
  const interrupt = () => {
    // A second one would leave what the specs made.
    if (!interrupted && child.pid !== undefined) process.kill(-child.pid, "SIGINT");
    interrupted = true;
  };
  process.on("SIGINT", interrupt).on("SIGTERM", interrupt);
  const status = await new Promise<number | null>((resolve) => child.on("close", resolve));
  process.off("SIGINT", interrupt).off("SIGTERM", interrupt);
  return [status, interrupted];
}

function argumentsOf({ programs, kept, kubeconfig }: Call, selection: Selection): readonly string[] {
  const { name, labels, processes, focus, skip } = selection;
  return [
    ...["--no-color", "--silence-skips", "--timeout=3h", `--procs=${processes}`],
    ...[`--output-dir=${kept}`, `--json-report=${name}.json`, `--label-filter=${labels}`],
    ...(focus === undefined ? [] : [`--focus=${focus}`]),
    ...(skip === undefined ? [] : [`--skip=${skip}`]),
    ...[join(programs, "e2e.test"), "--"],
    ...["--provider=skeleton", `--kubeconfig=${kubeconfig}`, `--kubectl-path=${join(programs, "kubectl")}`],
    ...["--allowed-not-ready-nodes=0", "--disable-log-dump"],
  ];
}

/** A report of all specs of conformance, none of which was run; nothing is asked of a cluster. */
export async function allSpecs(call: Call): Promise<string> {
  const report = join(call.kept, "all.json");
  const args = ["--ginkgo.dry-run", "--ginkgo.silence-skips", "--ginkgo.label-filter=Conformance"];
  const child = spawn(
    join(call.programs, "e2e.test"),
    [...args, `--ginkgo.json-report=${report}`, "--provider=skeleton", `--kubeconfig=${call.kubeconfig}`],
    { stdio: "ignore" },
  );
  const status = await new Promise<number | null>((resolve) => child.on("close", resolve));
  if (!existsSync(report)) throw new Error(`e2e.test ended with ${String(status)}, and did not list its specs`);
  return readFileSync(report, "utf8");
}
