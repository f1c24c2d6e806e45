import { readFileSync } from "node:fs";
import { join } from "node:path";

/** A value a script reads: a string, or a list that becomes a bash array. */
export type ScriptValue = string | number | boolean | readonly string[];

/** A file that a script installs when it runs `write_files` and removes when it runs `remove_files`. */
export interface ScriptFile {
  /** Absolute path on the machine. */
  readonly path: string;
  /** The whole text; a missing newline at its end is added. */
  readonly content: string;
  /** Octal permissions. @default "0644" */
  readonly mode?: string;
}

/** Everything `compose` makes one program of. */
export interface ScriptParts {
  /** Name of the script on its machine: no two runs of one name are at work at a time. */
  readonly name: string;
  /** The text of the script: functions `up` and `down`. */
  readonly script: string;
  /** Functions of other chapters that the script calls. */
  readonly uses?: readonly string[];
  /** Named values; the names are shell variables. */
  readonly values?: Readonly<Record<string, ScriptValue>>;
  /** Names of values of one line that come from other resources. @default none */
  readonly outputs?: readonly string[];
  readonly files?: readonly ScriptFile[];
  /**
   * Names of the values that the machine does not keep, where it keeps a program that takes back what this one does.
   * @default it keeps none
   */
  readonly secrets?: readonly string[];
  /** Names of values, and paths of files, that are the same on many machines. @default none */
  readonly shared?: readonly string[];
  /** Names of values that the machine is handed for each run. @default none */
  readonly handed?: readonly string[];
}

/** What every program begins with. */
export const library = textsOf("lib.sh", "memory.sh");

/** How distributions install packages, a file each. */
const packageManagers = ["apt.sh"];

/** A program that only looks at its machine, and remembers nothing there. */
export function composeLook(script: string, values: Readonly<Record<string, ScriptValue>>): string {
  return [...library, assignment("SCRIPT", "survey"), ...textsOf(...packageManagers), ...assignments(values), script]
    .map((part) => `${part.trimEnd()}\n`)
    .join("\n");
}

/** Lines by which a program has values. */
export function assignments(values: Readonly<Record<string, ScriptValue>>): readonly string[] {
  return Object.entries(values).map(([name, value]) => assignment(name, value));
}

/** Functions of a script that keeps units of systemd running, and may have a turn in which it restarts them. */
export const unitsScripts: readonly string[] = ["units.sh", "turns.sh"].map((file) => join(__dirname, file));

/** Functions of a script that installs packages: how this program does it, and how the distribution does. */
export const packageScripts: readonly string[] = ["packages.sh", ...packageManagers].map((name) =>
  join(__dirname, name),
);

/** Functions of a script that leaves a machine as it was found. */
export const foundScript = join(__dirname, "found.sh");

/**
 * Makes the one program that a machine's bash reads from its standard input: the library, the values as quoted
 * read-only variables, the files, the script, and the call of `main`.
 */
export function compose(parts: ScriptParts): string {
  return joined([...library, assignment("SCRIPT", parts.name), ...bodyOf(parts)]);
}

function bodyOf(parts: ScriptParts): readonly string[] {
  return [
    ...(parts.secrets ? [assignment("SECRETS", parts.secrets)] : []),
    ...(parts.uses ?? []),
    ...assignments(parts.values ?? {}),
    fileFunctions(parts.files ?? []),
    parts.script,
    calling,
  ];
}

/** Nothing the script starts may read on in the program that bash is still reading. */
export const calling = 'main "$@" </dev/null\nexit\n';

/** Pieces of a program, with an empty line between them. */
export const joined = (lines: readonly string[]) => lines.map((part) => `${part.trimEnd()}\n`).join("\n");

/** One shell word that expands to exactly `text`. Throws where bash cannot hold the text at all. */
export function quote(text: string): string {
  if (text.includes("\0")) {
    throw new Error("a value for a machine has a NUL byte in it, which no shell variable can hold: remove it");
  }
  return `'${text.replaceAll("'", `'\\''`)}'`;
}

function textsOf(...names: readonly string[]): readonly string[] {
  return names.map((name) => readFileSync(join(__dirname, name), "utf8"));
}

/** The line by which a program has a value. */
export function assignment(name: string, value: ScriptValue): string {
  if (!/^[A-Z][A-Z0-9_]*$/.test(name)) {
    throw new Error(`"${name}" is no name for a script's value: use capitals, digits and underscores`);
  }
  return typeof value === "object"
    ? `readonly -a ${name}=(${value.map(quote).join(" ")})`
    : `readonly ${name}=${quote(String(value))}`;
}

/** The functions that install files and remove them. */
export function fileFunctions(files: readonly ScriptFile[], write = writing): string {
  const writes = files.map(write);
  const removes = [...files].reverse().map(({ path }) => `  remove_file ${quote(path)}`);
  return [
    "write_files() {",
    ...(writes.length > 0 ? writes : ["  :"]),
    "}",
    "remove_files() {",
    ...(removes.length > 0 ? removes : ["  :"]),
    "}",
  ].join("\n");
}

/** The call that installs a file. */
export function writing({ path, content, mode }: ScriptFile): string {
  if (content.includes("\0")) {
    throw new Error(`the file ${path} for a machine has a NUL byte in it: only text can be sent this way`);
  }
  const body = content.endsWith("\n") ? content : `${content}\n`;
  const end = endMarker(body);
  return `  put ${quote(path)} ${mode ?? "0644"} <<'${end}'\n${body}${end}`;
}

/** A heredoc's end that is no line of its body. */
function endMarker(body: string): string {
  const lines = new Set(body.split("\n"));
  let marker = "END_OF_FILE";
  while (lines.has(marker)) marker += "_";
  return marker;
}
