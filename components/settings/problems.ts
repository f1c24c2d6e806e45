import * as pulumi from "@pulumi/pulumi";

/** Keys and indices that lead to a value in the configuration. */
export type Path = readonly PropertyKey[];

/** One mistake in a stack's configuration: where it is, and what was found, what is allowed, how to mend it. */
export interface Problem {
  readonly path: Path;
  readonly message: string;
}

/** A contradiction between fields. It is no news where one of the fields it uses is wrong by itself. */
export interface Contradiction extends Problem {
  /** Fields it was found from, besides the one it names. @default none */
  readonly uses?: readonly Path[];
}

/** A stack's configuration is wrong; the message lists every mistake. Pulumi prints it without a stack trace. */
export class ConfigError extends pulumi.RunError {
  readonly problems: readonly Problem[];

  constructor(stack: string, problems: readonly Problem[]) {
    const lines = inOrder(problems).map(({ path, message }) => `\n  ${formatPath(path)}: ${message}`);
    const count = problems.length === 1 ? "1 problem" : `${problems.length} problems`;
    super(`stack "${stack}" has ${count}; nothing was contacted:${lines.join("")}`);
    this.name = "ConfigError";
    this.problems = problems;
  }
}

/** A path as people write it: machines[1].labels["example.com/rack"]. */
export function formatPath(path: Path): string {
  return path
    .map((part, index) => {
      if (typeof part === "number") return `[${part}]`;
      if (!/^[A-Za-z_][\w-]*$/.test(String(part))) return `["${String(part)}"]`;
      return `${index === 0 ? "" : "."}${String(part)}`;
    })
    .join("");
}

/** Whether a field is wrong by itself, or a part of it, or what it is a part of. */
export function touches(path: Path, problems: readonly Problem[]): boolean {
  return problems.some((problem) => isWithin(path, problem.path) || isWithin(problem.path, path));
}

function isWithin(path: Path, ancestor: Path): boolean {
  return ancestor.length <= path.length && ancestor.every((part, index) => part === path[index]);
}

/** Mistakes of one section together, and machines in their order; otherwise as they were found. */
function inOrder(problems: readonly Problem[]): readonly Problem[] {
  const sections = problems.map(({ path }) => path[0]);
  const rank = ({ path }: Problem) => sections.indexOf(path[0]);
  const index = ({ path }: Problem) => (typeof path[1] === "number" ? path[1] : -1);
  return [...problems].sort((one, other) => rank(one) - rank(other) || index(one) - index(other));
}
