import { readdirSync, readFileSync } from "node:fs";
import { dirname, join, relative } from "node:path";

const components = join(__dirname, "..", "..", "components");

interface Import {
  readonly from: string;
  readonly file: string;
  /** The path as it is written, from the folders on: "etcd", "etcd/settings". */
  readonly to: string;
}

const folderOf = (path: string) => path.split("/")[0] ?? "";

/** What files of one folder import of another, types as well. */
const imports: readonly Import[] = readdirSync(components, { recursive: true, encoding: "utf8" })
  .filter((file) => file.endsWith(".ts"))
  .flatMap((file) => {
    const text = readFileSync(join(components, file), "utf8");
    return [...text.matchAll(/(?:\bfrom |\brequire\(|\bimport\()"(\.[^"]+)"/g)].map(([, path = ""]) => {
      const to = relative(components, join(components, dirname(file), path));
      return { from: file.includes("/") ? folderOf(file) : ".", file, to };
    });
  })
  .filter(({ from, to }) => from !== folderOf(to));

test("a folder has three doors, its index.ts, its settings.ts and its step.ts, and nobody comes in by another way", () => {
  expect(imports.length).toBeGreaterThan(50);
  expect(
    imports.filter(({ to }) => !/^[a-z]+(\/(settings|step))?$/.test(to)).map(({ file, to }) => `${file}: ${to}`),
  ).toEqual([]);
});

test("no folder imports itself by way of others", () => {
  const folders = [...new Set(imports.map(({ from }) => from))];
  const next = (folder: string) => [
    ...new Set(imports.filter(({ from }) => from === folder).map(({ to }) => folderOf(to))),
  ];
  const circleFrom = (folder: string, way: readonly string[]): readonly string[] | undefined => {
    if (way.includes(folder)) return [...way.slice(way.indexOf(folder)), folder];
    for (const other of next(folder)) {
      const found = done.has(other) ? undefined : circleFrom(other, [...way, folder]);
      if (found) return found;
    }
    done.add(folder);
    return undefined;
  };
  const done = new Set<string>();
  expect(folders.flatMap((folder) => circleFrom(folder, [])?.join(" -> ") ?? [])).toEqual([]);
});

test("what a folder stands on is below it", () => {
  const base = ["settings", "ssh", "script", "machine"];
  const upward = imports.filter(({ from, to }) => {
    const [rank, other] = [base.indexOf(from), base.indexOf(folderOf(to))];
    return rank >= 0 && (other < 0 || other > rank);
  });
  expect(upward).toEqual([]);
});
