import { isObject } from "../../properties";

/** Words for what differs from run to run, such as a port or the number of a container. */

/** What is hidden: an exact text or number, or a pattern; and the word that takes its place. */
export type Hidden = readonly [what: string | number | RegExp, word: string];

/** The value with all that is hidden replaced, in texts at any depth. */
export function hide(value: unknown, hidden: readonly Hidden[]): unknown {
  if (Array.isArray(value)) return value.map((member) => hide(member, hidden));
  if (isObject(value)) {
    return Object.fromEntries(
      Object.entries(value).map(([key, member]) => [hideText(key, hidden), hide(member, hidden)]),
    );
  }
  if (typeof value === "number") return hidden.find(([what]) => what === value)?.[1] ?? value;
  return typeof value === "string" ? hideText(value, hidden) : value;
}

function hideText(text: string, hidden: readonly Hidden[]): string {
  return hidden.reduce((shown, [what, word]) => {
    return shown.replaceAll(what instanceof RegExp ? what : String(what), word);
  }, text);
}
