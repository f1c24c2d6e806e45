import { commands, everywhere, exitMeanings, exits, type Command, type Flag } from "./commands";

/** What `--help` prints, of one command or of all. */
export function helpText(name: string | undefined): string {
  const command = name === undefined ? undefined : commands[name];
  return name !== undefined && command ? helpFor(name, command) : overview();
}

function overview(): string {
  return [
    "usage: keelson COMMAND [STACK] [FLAG...]",
    "",
    ...columns(Object.entries(commands).map(([name, { meaning }]) => [name, meaning])),
    "",
    ...exitLines(Object.keys(exits) as (keyof typeof exits)[]),
    "",
    "keelson COMMAND --help describes a command and its flags.",
    "",
  ].join("\n");
}

function helpFor(name: string, { meaning, flags, exits, example }: Command): string {
  return [
    `keelson ${name}: ${meaning}`,
    "",
    `usage: keelson ${name} [STACK] [FLAG...]`,
    "",
    "flags",
    ...columns(
      [...flags, ...everywhere].map(({ meaning, usual, ...flag }) => [spelled(flag), `${meaning} (${usual})`]),
    ),
    "",
    ...exitLines(exits),
    "",
    `example: ${example}`,
    "",
  ].join("\n");
}

function exitLines(kinds: readonly (keyof typeof exits)[]): readonly string[] {
  return ["exit codes", ...columns(kinds.map((kind) => [String(exits[kind]), exitMeanings[kind]]))];
}

function spelled({ name, short, value, allowed }: Pick<Flag, "name" | "short" | "value" | "allowed">): string {
  const word = allowed?.join("|") ?? value;
  return `${short === undefined ? "" : `-${short}, `}--${name}${word === undefined ? "" : ` ${word}`}`;
}

function columns(rows: readonly (readonly [string, string])[]): readonly string[] {
  const width = Math.max(...rows.map(([first]) => first.length));
  return rows.map(([first, second]) => `  ${first.padEnd(width)}  ${second}`);
}
