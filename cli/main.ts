import { readArguments, UsageError } from "./arguments";
import { exits } from "./commands";
import { endingOf } from "./endings";
import { helpText } from "./help";
import { messageOf } from "./progress";

/** Does what the words after `keelson` ask for, and gives the exit code. */
async function main(words: readonly string[]): Promise<number> {
  const wanted = readArguments(words);
  if ("helpWith" in wanted) {
    process.stdout.write(helpText(wanted.helpWith));
    return exits.done;
  }
  // eslint-disable-next-line @typescript-eslint/no-require-imports -- help needs no engine, and need not wait for one
  const { perform } = require("./operations") as typeof import("./operations");
  return perform(wanted);
}

// A reader that has gone, as in `make up | head`, does not end what is under way.
for (const stream of [process.stdout, process.stderr]) stream.on("error", () => undefined);

main(process.argv.slice(2)).then(
  (code) => {
    process.exitCode = code;
  },
  (error: unknown) => {
    const said = messageOf(error);
    process.stderr.write(`error: ${said}\n`);
    process.exitCode = error instanceof UsageError ? exits.refused : exits[endingOf([said])];
  },
);
