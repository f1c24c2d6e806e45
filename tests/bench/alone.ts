/** The program by itself, on mocks: it reads a stack's configuration, and prints how many resources it asked for. */
import { readFileSync } from "node:fs";

import { runProgram } from "../support/program";

const configuration = JSON.parse(readFileSync(0, "utf8")) as Readonly<Record<string, unknown>>;

runProgram("bench-scale", configuration).then(
  ({ resources }) => {
    process.stdout.write(`${resources.length} resources, ${process.resourceUsage().maxRSS} KiB\n`);
  },
  (error: unknown) => {
    process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n`);
    process.exitCode = 1;
  },
);
