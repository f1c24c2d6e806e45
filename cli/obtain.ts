import { spawnSync } from "node:child_process";
import { join } from "node:path";

import { root } from "./project";

/** How toolchain/backend says that it is the person's to choose something. Source: EX_CONFIG of sysexits.h */
const unsettled = 78;

/** Obtains what a stack needs, and works on in the environment that it needs. Gives whether, and if not, whether it was refused. */
export function obtain(stack: string): "done" | "failed" | "refused" {
  const { status, stdout } = spawnSync(join(root, "toolchain", "environment"), [stack], {
    encoding: "utf8",
    stdio: ["inherit", "pipe", "inherit"],
  });
  // What went wrong is told by then.
  if (status !== 0) return status === unsettled ? "refused" : "failed";
  const variables = stdout.split("\0").flatMap((variable): readonly (readonly [string, string])[] => {
    const end = variable.indexOf("=");
    return end > 0 ? [[variable.slice(0, end), variable.slice(end + 1)]] : [];
  });
  const names = new Set(variables.map(([name]) => name));
  for (const name of Object.keys(process.env)) if (!names.has(name)) Reflect.deleteProperty(process.env, name);
  for (const [name, value] of variables) process.env[name] = value;
  return "done";
}
