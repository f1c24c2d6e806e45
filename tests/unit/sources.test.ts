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

interface Packages {
  readonly dependencies: Readonly<Record<string, string>>;
  readonly devDependencies: Readonly<Record<string, string>>;
}

function packagesOf(directory: string): Packages {
  return JSON.parse(readFileSync(join(root, directory, "package.json"), "utf8")) as Packages;
}

const packages = packagesOf("");
const product = /^(index\.ts|(loader|typescript)\.cjs|(components|cli)\/.*\.ts)$/;

/** What the files of a pattern import, as it stands there, each with its file. */
function importsOf(pattern: RegExp): readonly { readonly file: string; readonly name: string }[] {
  return files
    .filter((file) => pattern.test(file))
    .flatMap((file) => {
      const text = readFileSync(join(root, file), "utf8");
      const matches = text.matchAll(/(?:\bfrom |\bimport |\brequire\(|\bimport\()"([^"]+)"/g);
      return [...matches].map(([, name = ""]) => ({ file, name }));
    });
}

/** The packages that the files of a pattern import, each by its name alone. */
function importedBy(pattern: RegExp): readonly string[] {
  const modules = importsOf(pattern).map(({ name }) => name);
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

test("what the product imports is installed without the tools of its developers", () => {
  const imported = importedBy(product);
  expect(imported).toContain("@pulumi/command");
  expect(imported.filter((name) => !(name in packages.dependencies))).toEqual([]);
});

test("the product imports nothing of what is for its developers alone", () => {
  const targets = importsOf(product)
    .filter(({ name }) => name.startsWith("."))
    .map(({ file, name }) => join(parse(file).dir, name));
  expect(targets).toContain("typescript.cjs");
  expect(targets.filter((target) => /^(toolchain|tests)\//.test(target))).toEqual([]);
});

test("the stand-ins import nothing of the product", () => {
  const own = importsOf(/^toolchain\/providers\/(?!tests\/).*\.ts$/).filter(({ name }) => name.startsWith("."));
  const targets = own.map(({ file, name }) => join(parse(file).dir, name));
  expect(targets).toContain("toolchain/providers/serve");
  expect(targets.filter((target) => !target.startsWith("toolchain/providers/"))).toEqual([]);
});

test("the package of the stand-ins declares what it imports, and what it runs on among its dependencies", () => {
  const { dependencies, devDependencies } = packagesOf("toolchain/providers");
  const imported = importedBy(/^toolchain\/providers\/(?!tests\/).*\.ts$/);
  expect(imported).toContain("@grpc/grpc-js");
  expect(imported.filter((name) => !(name in dependencies))).toEqual([]);
  const byTests = importedBy(/^toolchain\/providers\/tests\/.*\.ts$/);
  expect(byTests.filter((name) => !(name in { ...dependencies, ...devDependencies }))).toEqual([]);
});

test("whatever is imported elsewhere is declared at the top", () => {
  const declared = { ...packages.dependencies, ...packages.devDependencies };
  const imported = importedBy(/^(?!toolchain\/providers\/).*\.(ts|cjs)$/);
  expect(imported).toContain("fast-check");
  expect(imported.filter((name) => !(name in declared))).toEqual([]);
});
