import { spawnSync } from "node:child_process";
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";

type Files = ReadonlyMap<string, string>;

/** Makes a directory hold exactly these files. */
export function write(directory: string, files: Files): void {
  rmSync(directory, { recursive: true, force: true });
  mkdirSync(directory, { recursive: true });
  for (const [path, content] of files) {
    mkdirSync(dirname(join(directory, path)), { recursive: true });
    writeFileSync(join(directory, path), content);
  }
}

/** Throws unless a directory holds exactly these files; says what is missing, stale or different, line by line. */
export function compare(directory: string, files: Files): void {
  const received = mkdtempSync(join(tmpdir(), "keelson-golden-"));
  try {
    write(received, files);
    const { status, stdout, stderr } = spawnSync("diff", ["-ruN", directory, received], { encoding: "utf8" });
    if (status === 0) return;
    const shown = stdout.replaceAll(received, "now").replaceAll(directory, "golden");
    throw new Error(`the machines receive other files than ${directory} has; npm run golden:update takes them over
${stderr}${shown.slice(0, 20_000)}`);
  } finally {
    rmSync(received, { recursive: true });
  }
}
