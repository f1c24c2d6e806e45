/**
 * Loaded before the command line: leaves undone what the SDK does for its own developers, which is half of a large stack's
 * time. PULUMI_DEBUG_PROMISE_LEAKS, the SDK's own switch, has it all back.
 */
import { createRequire } from "node:module";

if (!process.env.PULUMI_DEBUG_PROMISE_LEAKS) {
  // A stack trace is taken for every promise, and mapped to the sources; one line says where an error was.
  Error.stackTraceLimit = 1;
  // Every step of every resource is told to the engine, its texts in full, at a level that nobody is shown.
  const log = createRequire(__filename)("@pulumi/pulumi/log") as { debug: () => Promise<void> };
  log.debug = () => Promise.resolve();
}
