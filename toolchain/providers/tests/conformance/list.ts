import { readdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";

import { acceptedOf, directory } from "./recording";

/** The page that says how the stand-ins differ from the official plugins. */
export const conformancePage = join(__dirname, "..", "..", "CONFORMANCE.md");

/** What the page is to hold: the lists beside the recordings, as tables. */
export function conformanceText(): string {
  const plugins = readdirSync(directory, { withFileTypes: true }).filter((entry) => entry.isDirectory());
  const names = plugins.map(({ name }) => name).sort();
  return `# How the stand-ins differ from the official plugins

Made of \`tests/recordings/*/accepted-differences.json\` by \`npm run conformance\`. Whatever is recorded and not listed here is
the same for both; the tests fail for a difference that is not listed, and for a listed one that is none any more. What the
stand-ins do not carry at all is in [README.md](README.md).

${names.map(sectionOf).join("\n")}`;
}

function sectionOf(plugin: string): string {
  const rows = acceptedOf(plugin).map(({ scenario, step, path, reason, consequence }) => {
    const where = [scenario, step, path].map((part) => (part === "*" ? "any" : part));
    return `| ${[...where, reason, consequence].map(cell).join(" | ")} |`;
  });
  const head = "| Scenario | Step | Value | Why | What follows |\n| --- | --- | --- | --- | --- |";
  return `## @pulumi/${plugin}\n\n${head}\n${rows.join("\n")}\n`;
}

function cell(text: string): string {
  return text
    .replaceAll("*", String.raw`\*`)
    .replaceAll("|", String.raw`\|`)
    .replaceAll("__", String.raw`\_\_`);
}

if (require.main === module) writeFileSync(conformancePage, conformanceText());
