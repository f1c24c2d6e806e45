import { existsSync, readdirSync, readFileSync, statSync } from "node:fs";
import { join } from "node:path";

/** A package of resources that the program depends on, by the plugin that makes them. */
export interface ResourcePackage {
  /** "command". */
  readonly name: string;
  /** "v1.2.1". */
  readonly version: string;
}

/** The part of a package.json that says whether the package has a plugin of resources. */
interface PackageJson {
  readonly name?: string;
  readonly version?: string;
  readonly pulumi?: { readonly resource?: boolean; readonly name?: string; readonly version?: string };
}

/** The packages of resources among those that a program has installed: the engine makes sure of their plugins. */
export function resourcePackages(programDirectory: string): readonly ResourcePackage[] {
  const modules = join(programDirectory, "node_modules");
  const names = directories(modules).flatMap((name) =>
    name.startsWith("@") ? directories(join(modules, name)).map((own) => join(name, own)) : [name],
  );
  return names.flatMap((name) => {
    const { name: full = "", version = "", pulumi } = packageJson(join(modules, name, "package.json"));
    if (pulumi?.resource !== true) return [];
    const plugin = pulumi.name ?? full.replace(/^@pulumi\//, "");
    return [{ name: plugin, version: `v${(pulumi.version ?? version).replace(/^v/, "")}` }];
  });
}

function directories(path: string): readonly string[] {
  if (!existsSync(path)) return [];
  return readdirSync(path).filter((name) => !name.startsWith(".") && statSync(join(path, name)).isDirectory());
}

function packageJson(file: string): PackageJson {
  return existsSync(file) ? (JSON.parse(readFileSync(file, "utf8")) as PackageJson) : {};
}
