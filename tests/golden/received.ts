import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";

import { stringify } from "yaml";

import { shortDigest } from "../../components/script";
import { shippedTexts, taking } from "../../components/script/texts";
import type { Registered } from "../support/program";

const project = join(__dirname, "../..");

/** The shell scripts of the components, by their paths in the project. */
const sources: ReadonlyMap<string, string> = new Map(
  readdirSync(join(project, "components"), { recursive: true, encoding: "utf8" })
    .filter((path) => path.endsWith(".sh"))
    .sort()
    .map((path) => [`components/${path}`, readFileSync(join(project, "components", path), "utf8")]),
);

/** What every program begins with. */
export const lib = sources.get("components/script/lib.sh") ?? "";

/**
 * A program as a golden file has it: scripts are reviewed where they lie, and not in each program anew, so a line stands
 * for each that is there whole.
 */
export function folded(program: string): string {
  return [...sources].reduce((text, [path, source]) => text.replace(source, () => lineFor(path)), undigested(program));
}

/** Its own digest is another one whenever a script is, in every program that has it. */
export function undigested(program: string): string {
  return program.replace(/^readonly PROGRAM='[0-9a-f]{16}'$/m, "readonly PROGRAM='its digest'");
}

/** The program that a golden file stands for. */
export function unfolded(golden: string): string {
  return [...sources].reduce((text, [path, source]) => text.replace(lineFor(path), () => source), golden);
}

const lineFor = (path: string) => `# Here is the text of ${path}.\n`;

type Login = Readonly<{ host: string; port: number; user: string; hostKey?: string }>;
type Connection = Login & Readonly<{ proxy?: Login }>;

/** The programs among what was registered. */
export function scriptsOf(resources: readonly Registered[]): readonly Registered[] {
  return resources.filter(({ type }) => type === "command:remote:Command");
}

/** Everything that the machines and the cluster receive, as files by their paths. */
export function received(resources: readonly Registered[]): ReadonlyMap<string, string> {
  const custom = resources.filter((resource) => resource.custom).sort((a, b) => (key(a) < key(b) ? -1 : 1));
  const machines = machinesByServer(custom);
  const files = new Map<string, string>();
  const texts = textsIn(resources);
  for (const script of scriptsOf(custom)) {
    const machine = machines.get(serverOf(script)) ?? "unknown";
    files.set(`${machine}/${script.name}.sh`, folded(programOf(script, texts)));
  }
  const objects = custom.filter(({ type }) => type.startsWith("kubernetes:"));
  files.set("kubernetes.yaml", objects.map(({ name, inputs }) => `# ${name}\n${stringify(inputs)}`).join("---\n"));
  files.set("resources.txt", custom.map((resource) => summary(resource, custom, resources)).join("\n"));
  return files;
}

/** What the texts are that programs name by their digests: scripts, and what the state has once for all machines. */
export function textsIn(resources: readonly Registered[]): ReadonlyMap<string, string> {
  const { inputs } = resources.find(({ type }) => type === "keelson:script:Texts") ?? {};
  const shared = Object.values((inputs ?? {}) as Record<string, Record<string, string | string[]>>);
  const own = shared.flatMap((texts) => Object.values(texts).flat());
  return new Map([
    ...[...shippedTexts().values()].map(({ digest, text }) => [digest, text] as const),
    ...own.map((text) => [shortDigest(text), text] as const),
  ]);
}

const keptLine = /^kept \S+ ([0-9a-f]{16})\n/gm;
const sentForm = new RegExp(
  /^(readonly SCRIPT=.*\n\n(?:readonly -a SECRETS=.*\n\n)?)([^]*?)/.source +
    /(write_files\(\) \{\n[^]*?\n\}\n\n)((?:kept \S+ [0-9a-f]{16}\n)+)\n(main [^]*)$/.source,
);

/** The program that a script's machine reads, with the texts that lie there in the places of their lines. */
export function programOf({ inputs }: Registered, texts: ReadonlyMap<string, string>): string {
  const textsOf = (lines: string) => [...lines.matchAll(keptLine)].map(([, digest = ""]) => texts.get(digest) ?? "");
  const sent = sentForm.exec(String(inputs.stdin).replace(`${taking}\n`, ""))?.slice(1) ?? [];
  const [head = "", values = "", files = "", kept = "", call = ""] = sent;
  // The scripts are those of a list, or stand there themselves.
  const named = textsOf(kept).flatMap((text) => (text.startsWith("kept ") ? textsOf(text) : [text]));
  const isShared = (text: string) => /^(readonly|put_)/.test(text);
  const shared = named.filter(isShared);
  const [lib = "", memory = "", ...rest] = named.filter((text) => !isShared(text));
  const bodies = shared.map((text) => /^(put_\w+)\(\) \{\n([^]*)\n\}\n$/.exec(text)?.slice(1) ?? []);
  const writers = new Map(bodies.map(([name = "", body = ""]) => [name, body]));
  const written = files.replace(/^ {2}(put_\w+)$/gm, (line, name: string) => writers.get(name) ?? line);
  const plain = shared.filter((text) => text.startsWith("readonly "));
  return [lib, memory, head, ...rest.slice(0, -1), values, ...plain, written, rest.at(-1) ?? "", call]
    .filter((part) => part !== "")
    .map((part) => `${part.trimEnd()}\n`)
    .join("\n");
}

const key = ({ type, name }: Registered) => `${type} ${name}`;

/** Every machine has a preflight, which says where the machine is. */
function machinesByServer(resources: readonly Registered[]): ReadonlyMap<string, string> {
  const preflights = resources.filter(({ name }) => name.endsWith("-preflight"));
  return new Map(preflights.map((preflight) => [serverOf(preflight), preflight.name.replace(/-preflight$/, "")]));
}

function serverOf({ inputs }: Registered): string {
  const { host, port } = inputs.connection as Connection;
  return `${host}:${port}`;
}

/** What the engine knows of a resource besides its inputs. */
function summary(resource: Registered, custom: readonly Registered[], all: readonly Registered[]): string {
  const nameOf = (urn: string) => custom.find((one) => one.urn === urn)?.name ?? urn.split("::").slice(2).join(" ");
  const lines = [
    ["with", loginOf(resource)],
    ["after", orderOf(resource, all).map(nameOf).sort().join(", ")],
    ["deleted with", resource.deletedWith && nameOf(resource.deletedWith)],
    ["secret", resource.secrets.join(", ")],
    ["secret outputs", [...resource.additionalSecretOutputs].sort().join(", ")],
    ["keeps", resource.ignoreChanges.join(", ")],
  ];
  const told = lines.filter(([, text]) => text !== "").map(([what, text]) => `  ${what}: ${text}\n`);
  return `${key(resource)}\n${told.join("")}`;
}

function loginOf({ type, inputs }: Registered): string {
  if (type !== "command:remote:Command") return "";
  const { proxy, ...login } = inputs.connection as Connection;
  const through = proxy ? `, through ${told(proxy)}` : "";
  return `${told(login)}${through}, ${String(inputs.create)} | ${String(inputs.delete)}`;
}

function told({ host, port, user, hostKey }: Login): string {
  return `${user}@${host}:${port}, ${hostKey === undefined ? "any host key" : "its host key"}`;
}

/** A component is registered only when what it waits for is there, so what lies in it waits as well. */
export function orderOf(resource: Registered, all: readonly Registered[]): readonly string[] {
  const parent = all.find(({ urn }) => urn === resource.parent);
  const urns = [...resource.dependsOn, ...(parent ? orderOf(parent, all) : [])];
  return [...new Set(urns)];
}
