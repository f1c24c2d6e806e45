import { execFileSync } from "node:child_process";
import { existsSync, readFileSync } from "node:fs";
import { builtinModules } from "node:module";
import { join, parse } from "node:path";

const root = join(__dirname, "..", "..");
const files = execFileSync("git", ["ls-files", "--cached", "--others", "--exclude-standard"], {
  cwd: root,
  encoding: "utf8",
})
  .split("\n")
  .filter((file) => file !== "" && existsSync(join(root, file)));
const packages = JSON.parse(readFileSync(join(root, "package.json"), "utf8")) as {
  readonly dependencies: Readonly<Record<string, string>>;
  readonly devDependencies: Readonly<Record<string, string>>;
};

/** The packages that the files of a pattern import, each by its name alone. */
function importedBy(pattern: RegExp): readonly string[] {
  const sources = files.filter((file) => pattern.test(file)).map((file) => readFileSync(join(root, file), "utf8"));
  const modules = sources.flatMap((text) =>
    [...text.matchAll(/(?:\bfrom |\bimport |\brequire\(|\bimport\()"([^"]+)"/g)].map(([, name = ""]) => name),
  );
  const names = modules
    .filter((name) => /^[@a-z]/.test(name) && !name.startsWith("node:") && !builtinModules.includes(name))
    .map((name) =>
      name
        .split("/")
        .slice(0, name.startsWith("@") ? 2 : 1)
        .join("/"),
    );
  return [...new Set(names)].sort();
}

test("no two modules differ in their endings alone: which one is meant would depend on the loader", () => {
  const modules = files.filter((file) => /\.(ts|js|cjs|mjs|json|node)$/.test(file));
  const stems = modules.map((file) => join(parse(file).dir, parse(file).name));
  expect(stems.filter((stem, index) => stems.indexOf(stem) !== index)).toEqual([]);
});

test("what the program imports is installed without the tools of its developers", () => {
  const imported = importedBy(/^(index\.ts|loader\.cjs|components\/.*\.ts)$/);
  expect(imported).toContain("@pulumi/command");
  expect(imported.filter((name) => !(name in packages.dependencies))).toEqual([]);
});

test("whatever is imported anywhere is declared", () => {
  const declared = { ...packages.dependencies, ...packages.devDependencies };
  const imported = importedBy(/\.(ts|cjs)$/);
  expect(imported).toContain("@grpc/grpc-js");
  expect(imported.filter((name) => !(name in declared))).toEqual([]);
});
