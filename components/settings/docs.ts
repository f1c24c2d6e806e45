import { stringify } from "yaml";
import { z } from "zod";

import type { Owned } from "./owned";
import { fieldOf, valuesOf, type Field } from "./walk";

/** What the reference of a configuration is made of. */
export interface Reference {
  readonly introduction: string;
  readonly schema: z.ZodType;
  /** What a section's name has before it in a stack's file. */
  readonly prefix: string;
  /** Maps of other programs' flags and fields, by their paths, with what is refused in them. */
  readonly reserved: Readonly<Record<string, Owned>>;
}

/** The reference of all fields, in Markdown: path, values, default and meaning of each. */
export function referenceOf({ introduction, schema, prefix, reserved }: Reference): string {
  const sections = Object.entries(shapeOf(fieldOf(schema)) ?? {}).map(([name, schema]) =>
    section(name, schema, example(`${prefix}${name}`, schema)),
  );
  return [introduction, ...sections, refused(reserved)].join("\n");
}

/** Settings that are refused in the maps of other programs' flags and fields. */
function refused(reserved: Reference["reserved"]): string {
  const rows = Object.entries(reserved).flatMap(([map, names]) =>
    Object.entries(names).map(([name, way]) => [map, name, way] as const),
  );
  return `## What keelson sets itself

These are refused where they are given; the last column is the way to what you may want.

| Map | Name | Instead |
| --- | --- | --- |
${rows.map(([map, name, way]) => `| \`${map}\` | \`${name}\` | ${cell(way)} |`).join("\n")}
`;
}

interface Row {
  readonly path: string;
  readonly field: Field;
}

/** What a stack's file may say of a section. "off" is quoted, as all readers of YAML take it for a string then. */
function example(key: string, schema: z.core.$ZodType): string {
  const field = fieldOf(schema);
  const value =
    field.schema instanceof z.ZodArray ? [fieldOf(field.schema.element).notes.example] : field.notes.example;
  return `\`\`\`yaml\n${stringify({ [key]: value }, { version: "1.1", lineWidth: 0 })}\`\`\`\n`;
}

function section(name: string, schema: z.core.$ZodType, example: string): string {
  const field = fieldOf(schema);
  const isList = field.schema instanceof z.ZodArray;
  const inner = field.schema instanceof z.ZodArray ? fieldOf(field.schema.element) : field;
  const rows = shapeOf(inner) ? rowsUnder(isList ? `${name}[]` : name, inner) : [{ path: name, field }];
  const lines = rows.map(({ path, field }) =>
    [`\`${path}\``, valuesOf(field), defaultOf(field), meaningOf(field)].map(cell).join(" | "),
  );
  const meaning = field.description ?? "";
  return `## ${name}

${field.required ? `${meaning} Required.` : meaning}

| Field | Values | Default | Meaning |
| --- | --- | --- | --- |
${lines.map((line) => `| ${line} |`).join("\n")}

${example}`;
}

function rowsUnder(path: string, field: Field): readonly Row[] {
  return Object.entries(shapeOf(field) ?? {}).flatMap(([name, schema]) => {
    const child = { path: `${path}.${name}`, field: fieldOf(schema) };
    if (!(child.field.schema instanceof z.ZodArray)) return [child, ...rowsUnder(child.path, child.field)];
    return [child, ...rowsUnder(`${child.path}[]`, fieldOf(child.field.schema.element))];
  });
}

function shapeOf({ schema }: Field): Readonly<Record<string, z.core.$ZodType>> | undefined {
  return schema instanceof z.ZodObject ? schema.shape : undefined;
}

function defaultOf({ fallback, notes, required }: Field): string {
  if (required) return "required";
  if (notes.defaultsTo !== undefined) return notes.defaultsTo;
  return fallback === undefined ? "" : `\`${typeof fallback === "string" ? fallback : JSON.stringify(fallback)}\``;
}

function meaningOf({ description = "", notes }: Field): string {
  return notes.immutable ? `${description} Cannot change while the cluster lives.` : description;
}

function cell(text: string): string {
  return text.replaceAll("|", "\\|");
}
