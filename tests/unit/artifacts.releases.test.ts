import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";

import { parse } from "yaml";

import { defaultVersion, minorOf, supportedVersions } from "../../components/artifacts/lockFile";

const root = join(__dirname, "..", "..");
const recipes = join(root, "toolchain", "modules", "kubernetes");
const read = (...path: readonly string[]) => readFileSync(join(root, ...path), "utf8");

test("the default release can be had, published and built", () => {
  expect(supportedVersions()).toContain(defaultVersion());
  expect(readdirSync(recipes)).toContain(defaultVersion());
});

test("what is shown to newcomers is the default release", () => {
  const dev = parse(read("Pulumi.dev.yaml")) as { readonly config: Readonly<Record<string, Record<string, unknown>>> };
  expect(dev.config["keelson:kubernetes"]?.["version"]).toBe(defaultVersion());
  const shown = [...read("README.md").matchAll(/(?:Kubernetes |\bv)(1\.\d\d\.\d+)\b/g)].map(([, version]) => version);
  expect(new Set(shown)).toEqual(new Set([defaultVersion()]));
});

test.each(readdirSync(recipes))("the recipe of %s is that of no other release", (version) => {
  expect(supportedVersions()).toContain(version);
  const module = readFileSync(join(recipes, version, "go.mod"), "utf8");
  expect(module).toMatch(new RegExp(`^\\s+k8s\\.io/kubernetes v${version}\\b`, "m"));
  // Its parts are published by themselves, under the same number.
  const parts = [...module.matchAll(/^\t(k8s\.io\/\S+) => (\S+) v0\.(\S+)$/gm)];
  expect(parts.length).toBeGreaterThan(25);
  for (const [, name, other, rest] of parts) expect([name, `1.${rest ?? ""}`]).toEqual([other, version]);
  const flags = readFileSync(join(recipes, version, "flags"), "utf8");
  expect(flags).toContain(`gitVersion=v${version} `);
  expect(flags).toContain(`gitMinor=${minorOf(version).slice(2)} `);
});
