import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";

import { z } from "zod";

import * as owned from "./owned";
import { configuration } from "../environment/schema";
import { fieldOf, valuesOf, type Field } from "./walk";

/** Where the reference lies. */
export const docsFile = join(__dirname, "..", "..", "docs", "configuration.md");

const introduction = `# Configuration

<!-- Made from components/environment/schema.ts by \`npm run docs\`: change it there. -->

A stack's file, \`Pulumi.STACK.yaml\`, says what its cluster is like. Every key there begins with \`keelson:\`, as in
\`keelson:machines\`; the names below leave that out. \`machines[].name\` is the field \`name\` of each element of the
list \`machines\`. Fields without a default are optional unless they are called required.

A field that is not in these tables is a mistake, and so is a secret, but for the passphrases of private keys, which must be
one. All mistakes are reported together, before any machine is contacted. \`Pulumi.dev.yaml\`, \`Pulumi.staging.yaml\` and \`Pulumi.prod.yaml\` are
examples that work.
`;

/** The reference of all fields, in Markdown: path, values, default and meaning of each. */
export function configurationDocs(): string {
  const sections = Object.entries(shapeOf(fieldOf(configuration)) ?? {}).map(([name, schema]) => section(name, schema));
  return [introduction, ...sections, refused()].join("\n");
}

/** Settings that are refused in the maps of other programs' flags and fields. */
function refused(): string {
  const maps: readonly (readonly [string, owned.Owned])[] = [
    ["kubernetes.apiServer.extraArgs", owned.apiServerFlags],
    ["kubernetes.controllerManager.extraArgs", owned.controllerManagerFlags],
    ["kubernetes.scheduler.extraArgs", owned.schedulerFlags],
    ["kubernetes.kubelet.configuration", owned.kubeletFields],
    ["docker.daemon", owned.dockerFields],
    ["etcd.extraArgs", owned.etcdFlags],
    ["machines[].labels", owned.nodeLabels],
  ];
  const rows = maps.flatMap(([map, names]) => Object.entries(names).map(([name, way]) => [map, name, way] as const));
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

function section(name: string, schema: z.core.$ZodType): string {
  const field = fieldOf(schema);
  const isList = field.schema instanceof z.ZodArray;
  const inner = field.schema instanceof z.ZodArray ? fieldOf(field.schema.element) : field;
  const rows = shapeOf(inner) ? rowsUnder(isList ? `${name}[]` : name, inner) : [{ path: name, field }];
  const lines = rows.map(({ path, field }) =>
    [`\`${path}\``, valuesOf(field), defaultOf(field), field.description ?? ""].map(cell).join(" | "),
  );
  const meaning = field.description ?? "";
  return `## ${name}

${field.required ? `${meaning} Required.` : meaning}

| Field | Values | Default | Meaning |
| --- | --- | --- | --- |
${lines.map((line) => `| ${line} |`).join("\n")}
`;
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

function cell(text: string): string {
  return text.replaceAll("|", "\\|");
}

/** Writes the reference, or with "--check" only says whether it is as it would be written. */
function main(check: boolean): number {
  const docs = configurationDocs();
  if (!check) {
    writeFileSync(docsFile, docs);
    return 0;
  }
  if (readFileSync(docsFile, "utf8") === docs) return 0;
  process.stderr.write("docs/configuration.md is not what the schema says: run npm run docs\n");
  return 1;
}

if (require.main === module) process.exitCode = main(process.argv.includes("--check"));
