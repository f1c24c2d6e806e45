import { z } from "zod";

import { refusing } from "./fields";
import { faultsOf, type Fields } from "./kinds";
import { nearest } from "./nearest";
import type { Owned } from "./owned";
import { show } from "./show";

/** What of a text reaches no program by its command line, or ends the line that it stands on. */
const control = /[\p{Cc}\u2028\u2029]/u;

/** A value of a flag; numbers and truth values are written as texts. */
const flagValue = z
  .custom<string | number | boolean>((value) => ["string", "number", "boolean"].includes(typeof value), {
    error: ({ input }) => `${show(input)} is no value of a flag: use a string, a number, true or false`,
  })
  .refine((value) => !control.test(String(value)), {
    error: ({ input }) => `${show(input)} has a control character in it, which no flag's value may have: leave it out`,
  })
  .transform(String);

function byName<T extends z.ZodType>(value: T, owned: Owned, values: string) {
  return refusing(z.record(z.string(), value), owned, (name) =>
    /^[a-z][a-z0-9-]*$/.test(name)
      ? undefined
      : `${show(name)} is no flag: use its name without dashes before it or a value after it, as in "v"`,
  )
    .default({})
    .meta({ values });
}

/** Command-line flags by name, without their dashes; those that are `owned` are refused. */
export function flags(owned: Owned) {
  return byName(flagValue, owned, "a map of flags to their values");
}

/** Flags some of which may be given several times: the value of such a one is a list. */
export function repeatableFlags(owned: Owned) {
  const several = z
    .array(flagValue)
    .min(1, { error: "is an empty list: give a value, or leave the flag out" })
    .transform((values): readonly string[] => values);
  const value = z
    .custom<unknown>(() => true)
    .transform((given, context) => {
      const result = (Array.isArray(given) ? several : flagValue).safeParse(given);
      if (result.success) return result.data;
      for (const { path, message } of result.error.issues) context.addIssue({ code: "custom", path, message });
      return z.NEVER;
    });
  return byName(value, owned, "a map of flags to their values, or to a list where a flag is given several times");
}

/**
 * Fields of a file that another program reads; those that are `owned` are refused, and so is what that program would not
 * take. Fields that are not known are refused, or taken where they are `taken` unless they are known ones written wrong.
 */
export function foreignFields(owned: Owned, known: Fields, unknown: "refused" | "taken") {
  const names = Object.keys(known);
  return refusing(z.record(z.string(), z.unknown()), owned, () => undefined)
    .superRefine((given, context) => {
      for (const { path, message } of faultsOf({ fields: known }, given)) {
        const [name = "", ...more] = path.map(String);
        if (Object.hasOwn(owned, name)) continue;
        const other = more.length === 0 && !Object.hasOwn(known, name);
        if (other && unknown === "taken" && nearest(name, names, 2) === undefined) continue;
        context.addIssue({ code: "custom", path: [...path], message });
      }
    })
    .default({})
    .meta({ values: "a map of fields to their values" });
}
