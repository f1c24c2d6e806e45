/** What all Docker resources do alike: names, labels, and what a change means. */
import { randomBytes } from "node:crypto";
import { Checked, Diff, Operation, Remembered, unsupported } from "../plugin";
import { changedKeys, listAt, Properties, textAt, UNKNOWN } from "../properties";

/** Checks the properties, and gives a name to a resource that has none; the one it had, if it had one. */
export function checkNamed(
  inputs: Properties,
  oldInputs: Properties,
  operation: Operation,
  supported: ReadonlySet<string>,
): Checked {
  const failures = unsupported(inputs, supported);
  if (inputs["name"] !== undefined) {
    return { inputs, failures };
  }
  const name =
    oldInputs["__autonamed"] === true
      ? textAt(oldInputs, "name")
      : `${operation.name}-${randomBytes(4).toString("hex").slice(1)}`;
  return { inputs: { ...inputs, name, __autonamed: true }, failures };
}

/** Every change but those of `inPlace` replaces; two of one name cannot live side by side, so the old one goes first. */
export function diffReplacing(old: Remembered, inputs: Properties, inPlace: ReadonlySet<string>): Diff {
  const changes = changedKeys(old.inputs, inputs);
  const sameName = old.inputs["name"] === inputs["name"];
  return { changes, replaces: changes.filter((key) => !inPlace.has(key)), deleteBeforeReplace: sameName };
}

/** Labels as the daemon takes them. */
export function labelsOf(inputs: Properties): Record<string, string> {
  return Object.fromEntries(
    listAt(inputs, "labels").map((label) => [textAt(label, "label") ?? "", textAt(label, "value") ?? ""]),
  );
}

/** A map of texts as the daemon takes it; numbers and booleans are written out. */
export function textMap(value: unknown): Record<string, string> {
  return Object.fromEntries(Object.entries((value ?? {}) as Properties).map(([key, text]) => [key, String(text)]));
}

/** The inputs as the outputs of a preview: what only the daemon knows is unknown. */
export function previewed(inputs: Properties, unknown: readonly string[]): Properties {
  return { ...inputs, ...Object.fromEntries(unknown.map((key) => [key, UNKNOWN])) };
}
