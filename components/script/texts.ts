import { readdirSync, readFileSync } from "node:fs";
import { basename, join } from "node:path";

import { quote } from "./compose";
import { shortDigest } from "./digest";

/** A text that programs are made of. */
export interface Text {
  /** Its file's name, for people. */
  readonly name: string;
  readonly digest: string;
  readonly text: string;
}

/** Where machines keep texts, each in a file that is called by its digest. */
export const textsDirectory = "/var/lib/keelson/texts";

let all: ReadonlyMap<string, Text> | undefined;

/** Every script of the chapters, by its text. */
export function shippedTexts(): ReadonlyMap<string, Text> {
  all ??= new Map(
    readdirSync(join(__dirname, ".."), { recursive: true, encoding: "utf8" })
      .filter((path) => path.endsWith(".sh"))
      .sort()
      .map((path) => {
        const text = readFileSync(join(__dirname, "..", path), "utf8");
        return [text, { name: basename(path), digest: shortDigest(text), text }];
      }),
  );
  return all;
}

/** Where a machine is handed secrets for a script's next run, each in a file that is called by its digest: in memory. */
export const handedDirectory = "/run/keelson/handed";

/** How a program takes them, which lies beside them: the machine's way back needs it where they are gone. */
export const takingFile = "/var/lib/keelson/take";

/** What such a program begins with. A machine that was rebuilt remembers nothing, and has nothing that could be undone. */
export const taking = `. ${takingFile} || {
  [ "$1" = down ] && echo "$(hostname) remembers nothing of this cluster: nothing is undone" >&2
  exit
}
`;

/** The line that stands in a program for a text that its machine keeps. */
export function lineFor({ name, digest }: Text): string {
  return `kept ${/^[\w./-]+$/.test(name) ? name : quote(name)} ${digest}\n`;
}

/** The line for a secret that the machine is handed for each run. */
export function lineForHanded({ name, digest }: Text): string {
  return `handed ${name} ${digest}`;
}
