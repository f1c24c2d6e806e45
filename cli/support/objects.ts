/** What stands where an object has what may be somebody's secret. */
const hidden = "[not shown]";

/** Where objects have texts of their authors' own, in which a password may stand that no Secret has. */
const commands: readonly string[] = ["command", "args"];
const named: readonly string[] = ["env", "httpHeaders"];

/** Objects as the API tells them, without what containers are started with: names stay, values do not. What is no JSON stays. */
export function withoutValues(text: string): string {
  try {
    return JSON.stringify(JSON.parse(text, shown));
  } catch {
    return text;
  }
}

function shown(field: string, value: unknown): unknown {
  // It has all of these once more, in one text.
  if (field.endsWith("/last-applied-configuration")) return hidden;
  if (!Array.isArray(value)) return value;
  if (commands.includes(field)) return [hidden];
  return named.includes(field) ? value.map(withoutValue) : value;
}

function withoutValue(entry: unknown): unknown {
  return typeof entry === "object" && entry !== null && "value" in entry ? { ...entry, value: hidden } : entry;
}
