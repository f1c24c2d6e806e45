/** A client that asks one URL all the while, by a new connection each time, in a process of its own. */
import { spawn, type ChildProcess } from "node:child_process";
import { get } from "node:http";
import { join } from "node:path";

import { root } from "./stack";

/** How many asked, and what went wrong, in words. */
export interface Answers {
  readonly answered: number;
  readonly failures: readonly string[];
}

/** However long a test takes, the client ends: by then, seconds, or after so many requests. */
const [longest, most] = [600, 50_000];
/** Those that ask at the same time, each one request after the other. */
const parallel = 4;

export class Load {
  private readonly child: ChildProcess;
  private output = "";
  private readonly gone: Promise<unknown>;

  constructor(url: string) {
    const loader = join(root, "typescript.cjs");
    this.child = spawn(process.execPath, ["--require", loader, __filename, url], {
      stdio: ["pipe", "pipe", "inherit"],
    });
    this.child.stdout?.on("data", (data: Buffer) => (this.output += data.toString()));
    this.gone = new Promise((resolve) => this.child.on("close", resolve));
  }

  /** Ends the client, and tells what it met. */
  async end(): Promise<Answers> {
    this.child.stdin?.end();
    await this.gone;
    return JSON.parse(this.output) as Answers;
  }
}

async function ask(url: string): Promise<Answers> {
  const failures: string[] = [];
  const deadline = Date.now() + longest * 1000;
  let [asked, answered, over] = [0, 0, false];
  // The one who started this says so by closing its end, and also by not being there any more.
  process.stdin.on("end", () => (over = true)).resume();
  const client = async (): Promise<void> => {
    while (!over && asked < most && Date.now() < deadline) {
      asked += 1;
      const failure = await request(url);
      if (failure === undefined) answered += 1;
      else failures.push(`${new Date().toISOString()} ${failure}`);
      await new Promise((resolve) => setTimeout(resolve, 20));
    }
  };
  await Promise.all(Array.from({ length: parallel }, client));
  return { answered, failures };
}

/** What was wrong with one request, if anything. */
function request(url: string): Promise<string | undefined> {
  return new Promise((resolve) => {
    const call = get(url, { agent: false, timeout: 5000 }, (response) => {
      response.resume();
      response.on("end", () => resolve(response.statusCode === 200 ? undefined : `status ${response.statusCode ?? 0}`));
      response.on("error", ({ message }) => resolve(message));
    });
    call.on("timeout", () => call.destroy(new Error("no answer within 5 s")));
    call.on("error", ({ message }) => resolve(message));
  });
}

if (require.main === module) {
  void ask(process.argv[2] ?? "").then((answers) => {
    process.stdout.write(JSON.stringify(answers));
    process.stdin.destroy();
  });
}
