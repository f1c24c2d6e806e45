import { readFileSync } from "node:fs";

import { expand, type Context } from "../settings";
import type { Components } from "./settings";

/** A file that is written to the masters for a component of the control plane. */
export interface ComponentFile {
  /** Where the component finds it. */
  readonly path: string;
  readonly content: string;
}

type Component = Components["scheduler"];

/** A component whose files have their text, wherever that came from. */
export function withContents<T extends Component>(
  component: T,
  context: Context,
): Omit<T, "files"> & { readonly files: readonly ComponentFile[] } {
  const files = component.files.map(({ path, content, contentFile }) => ({
    path,
    content: content ?? (contentFile === undefined ? "" : readableFile(contentFile, context).text),
  }));
  return { ...component, files };
}

/** A text file on this computer, or what keeps it from being read, and the way out. */
export function readableFile(file: string, context: Context): { readonly text: string; readonly fault?: string } {
  const readFile = context.readFile ?? ((path: string) => readFileSync(path, "utf8"));
  const way = "name a text file that you can read";
  try {
    const text = readFile(expand(file, context));
    return /[\0\ufffd]/.test(text) ? { text: "", fault: `is no text: ${way}` } : { text };
  } catch (error) {
    const code = (error as NodeJS.ErrnoException).code ?? String(error);
    const known = { ENOENT: "is not there", EACCES: "may not be read by you", EISDIR: "is a directory" }[code];
    return { text: "", fault: `${known ?? `cannot be read (${code})`}: ${way}` };
  }
}
