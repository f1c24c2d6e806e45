import {
  assignment,
  calling,
  fileFunctions,
  joined,
  library,
  writing,
  type ScriptFile,
  type ScriptParts,
} from "./compose";
import { shortDigest } from "./digest";
import { lineFor, lineForHanded, shippedTexts, taking, type Text } from "./texts";

/** A text that is no longer stands in its program: a line for it would be as long. */
const worthIt = 100;

/** Programs as they are sent and kept in the state: texts that their machines keep stand in them by name and digest. */

/**
 * The program that `compose` makes: its values and files, and a line each for those that many machines share, for secrets that are
 * handed to the machine, and for the list of the scripts that it is made of.
 */
export function composeKept(parts: ScriptParts, shipped = shippedTexts()): string {
  const { name, secrets, values = {}, files = [] } = parts;
  const [texts, list] = [textsOf(parts, shipped), listOf(parts, shipped)];
  const handed = handedTexts(parts);
  const kept = new Set([...texts, ...handed].map((text) => text.name));
  const own = Object.entries(values).filter(([value]) => !kept.has(value));
  const write = (file: ScriptFile) => (kept.has(file.path) ? `  ${writerOf(file)}` : writing(file));
  return joined([
    taking,
    assignment("SCRIPT", name),
    ...(secrets ? [assignment("SECRETS", secrets)] : []),
    ...own.map(([value, text]) => assignment(value, text)),
    ...handed.map(lineForHanded),
    fileFunctions(files, write),
    texts.map(lineFor).join("") + (kept.has(list.name) ? "" : list.text),
    calling,
  ]);
}

/** What a machine has to have for the program besides the scripts of the chapters; the last is the list of those. */
export function textsOf(parts: ScriptParts, shipped = shippedTexts()): readonly Text[] {
  const { values = {}, files = [], shared = [] } = parts;
  const texts = [
    ...shared.filter((name) => name in values).map((name) => valueText(name, values)),
    ...files.filter(({ path }) => shared.includes(path)).map(fileText),
    listOf(parts, shipped),
  ];
  return texts.filter(({ text }) => text.length > worthIt);
}

/** What a machine has to be handed for a run of the program whose secrets are known. */
export function handedTexts({ values = {}, handed = [] }: ScriptParts): readonly Text[] {
  return handed.map((name) => valueText(name, values));
}

/** What a program's own scripts are called: the file of the one that has `up` and `down`. */
export function scriptName({ script }: ScriptParts, shipped = shippedTexts()): string {
  return shipped.get(script)?.name ?? "script";
}

/**
 * The names of values, and the paths of files, of which an earlier program of the script has no such text; "script" where
 * its own text, or what it uses, is another. Of values that come from other resources, those that it had, and that are others now.
 */
export function changedParts(
  parts: ScriptParts,
  before: string,
  now = "",
  shipped = shippedTexts(),
): ReadonlySet<string> {
  const { values = {}, files = [] } = parts;
  // Whole in programs of earlier releases, or each by its own line.
  const had = (text: string, kept?: Text) => before.includes(text) || (kept && before.includes(lineFor(kept)));
  const scripts = [...library, parts.script, ...(parts.uses ?? [])];
  const isScript = had(lineFor(listOf(parts, shipped))) || scripts.every((text) => had(text, shipped.get(text)));
  const own = [
    ...(isScript ? [] : ["script"]),
    ...Object.entries(values)
      .filter(([name, value]) => !had(assignment(name, value), valueText(name, values)))
      .map(([name]) => name),
    ...files.filter((file) => !had(writing(file), fileText(file))).map(({ path }) => path),
  ];
  const valueIn = (text: string, name: string) => new RegExp(`^readonly ${name}=.*$`, "m").exec(text)?.[0];
  const others = (parts.outputs ?? []).filter((name) => {
    const [old, value] = [valueIn(before, name), valueIn(now, name)];
    return old !== undefined && value !== undefined && old !== value;
  });
  return new Set([...own, ...others]);
}

/** A program of a release whose programs look otherwise. */
export function isOfOtherForm({ handed = [] }: ScriptParts, program: string): boolean {
  return !program.startsWith(taking) || !handed.every((name) => program.includes(`\nhanded ${name} `));
}

/** The scripts that a program is made of, a line each. */
function listOf(parts: ScriptParts, shipped: ReadonlyMap<string, Text>): Text {
  const scripts = [...library, ...(parts.uses ?? []), parts.script];
  const lines = scripts.map((text) => {
    const own = shipped.get(text);
    return own ? lineFor(own) : text;
  });
  return named(scriptName(parts, shipped), lines.join(""));
}

function valueText(name: string, values: NonNullable<ScriptParts["values"]>): Text {
  return named(name, `${assignment(name, values[name] ?? "")}\n`);
}

function fileText(file: ScriptFile): Text {
  return named(file.path, `${writerOf(file)}() {\n${writing(file)}\n}\n`);
}

/** The function that installs a file which many machines share. */
const writerOf = (file: ScriptFile) => `put_${shortDigest(writing(file))}`;

const named = (name: string, text: string): Text => ({ name, digest: shortDigest(text), text });
