import { homedir } from "node:os";
import { isAbsolute, join } from "node:path";

/** What the program cannot read from the configuration itself. */
export interface Context {
  /** Name of the stack, "dev". */
  readonly stack: string;
  /** The project's directory, where relative paths begin. */
  readonly directory: string;
  /** Reads a file on this computer. @default the file system's */
  readonly readFile?: (path: string) => string;
  /** Addresses that local machines have already, by their names; asked for where there are such. @default none */
  readonly addresses?: () => ReadonlyMap<string, string>;
  /** The environment's variables. @default the process's */
  readonly env?: Readonly<Record<string, string | undefined>>;
}

/** The absolute path of a file on this computer. */
export function expand(path: string, { directory }: Pick<Context, "directory">): string {
  if (path === "~" || path.startsWith("~/")) return join(homedir(), path.slice(1));
  return isAbsolute(path) ? path : join(directory, path);
}
