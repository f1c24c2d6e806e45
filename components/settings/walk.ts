import { z } from "zod";

import type { FieldNotes } from "./fields";
import type { Path } from "./problems";

/** A field's schema without its wrappers, and what they and it say of it. */
export interface Field {
  readonly schema: z.core.$ZodType;
  readonly description?: string;
  readonly notes: FieldNotes;
  /** The value where none is given; a function's result is never a default here. */
  readonly fallback?: unknown;
  readonly required: boolean;
}

/** Looks through the wrappers of a schema: optional, default and transform. */
export function fieldOf(schema: z.core.$ZodType): Field {
  const meta = (z.globalRegistry.get(schema) ?? {}) as FieldNotes & { readonly description?: string };
  const inner = innerOf(schema);
  if (!inner) return { schema, description: meta.description, notes: meta, required: true };
  const field = fieldOf(inner);
  return {
    ...field,
    description: meta.description ?? field.description,
    notes: { ...field.notes, ...meta },
    fallback: schema instanceof z.ZodDefault ? schema.def.defaultValue : field.fallback,
    required: schema instanceof z.ZodPipe ? field.required : false,
  };
}

function innerOf(schema: z.core.$ZodType): z.core.$ZodType | undefined {
  if (schema instanceof z.ZodOptional || schema instanceof z.ZodDefault || schema instanceof z.ZodPrefault) {
    return schema.def.innerType;
  }
  return schema instanceof z.ZodPipe ? schema.def.in : undefined;
}

/** The schema of the value at a path; undefined where the schema does not reach. */
export function fieldAt(root: z.core.$ZodType, path: Path): Field | undefined {
  let field: Field | undefined = fieldOf(root);
  for (const part of path) {
    const next: z.core.$ZodType | undefined = childOf(field.schema, part);
    if (!next) return undefined;
    field = fieldOf(next);
  }
  return field;
}

function childOf(schema: z.core.$ZodType, part: PropertyKey): z.core.$ZodType | undefined {
  if (schema instanceof z.ZodObject) {
    // Every object has more names than its own: "constructor" is none of the fields.
    return Object.hasOwn(schema.shape, part) ? (schema.shape[String(part)] as z.core.$ZodType) : undefined;
  }
  if (schema instanceof z.ZodArray) return schema.element;
  return schema instanceof z.ZodRecord ? schema.valueType : undefined;
}

/** The values of a field in words: `"local" or "ssh"`, `a whole number, 1 to 65535`. */
export function valuesOf({ schema, notes }: Field): string {
  if (notes.values !== undefined) return notes.values;
  if (schema instanceof z.ZodEnum) return alternatives(schema.options.map((option) => `"${String(option)}"`));
  if (schema instanceof z.ZodArray) return `a list, each ${valuesOf(fieldOf(schema.element))}`;
  if (schema instanceof z.ZodObject) return "a map of fields";
  if (schema instanceof z.ZodBoolean) return "true or false";
  return schema instanceof z.ZodRecord ? "a map" : "a string";
}

function alternatives(words: readonly string[]): string {
  return words.length < 2 ? words.join("") : `${words.slice(0, -1).join(", ")} or ${words.at(-1) ?? ""}`;
}

/** Paths of the fields of which this is true, "kubernetes.bindPort"; those of lists have no path. */
export function pathsWhere(root: z.core.$ZodType, is: (field: Field) => boolean, path = ""): readonly string[] {
  const { schema } = fieldOf(root);
  if (!(schema instanceof z.ZodObject)) return [];
  return Object.entries(schema.shape).flatMap(([name, child]) => {
    const own = path === "" ? name : `${path}.${name}`;
    return [...(is(fieldOf(child as z.core.$ZodType)) ? [own] : []), ...pathsWhere(child as z.core.$ZodType, is, own)];
  });
}
