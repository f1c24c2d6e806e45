import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

import { orderOf } from "../golden/received";
import { hostKey } from "../golden/topologies";
import { runProgram, type Program, type Registered } from "../support/program";

export type Raw = Readonly<Record<string, unknown>>;

/** What a private key is, as far as anything here looks at it. */
export const privateKey = "-----BEGIN OPENSSH PRIVATE KEY-----\ncanary: the key to log in with\n";

const directory = mkdtempSync(join(tmpdir(), "keelson-program-"));
export const privateKeyFile = join(directory, "id_ed25519");
writeFileSync(privateKeyFile, privateKey, { mode: 0o600 });
afterAll(() => rmSync(directory, { recursive: true }));

export function machine(name: string, address: string, more: Raw = {}): Raw {
  return { name, address, ssh: { hostKey: hostKey(name) }, ...more };
}

export const master = machine("master-1", "192.0.2.1", { roles: ["master", "etcd"] });
export const worker = machine("worker-1", "192.0.2.2");

/** Runs the program for a master, a worker, and whatever is said besides. */
export function run(more: Raw = {}): Promise<Program> {
  const ssh = { user: "admin", privateKeyFile };
  return runProgram("unit", { provider: "ssh", ssh, machines: [master, worker], ...more });
}

export const made = ({ resources }: Program) => resources.filter(({ custom }) => custom);

/** The one resource of a name, of a type that ends so. */
export function find({ resources }: Program, name: string, type = ""): Registered {
  const found = resources.filter((one) => one.custom && one.name === name && one.type.endsWith(type));
  const [first] = found;
  if (!first || found.length > 1) throw new Error(`${found.length} resources are named ${name}`);
  return first;
}

/** Addresses of all that a resource waits for, itself or by way of others. */
export function awaitedBy(resource: Registered, { resources }: Program): readonly string[] {
  const byUrn = new Map(resources.map((one) => [one.urn, one]));
  const found = new Set<string>();
  const follow = (one: Registered) => {
    for (const urn of orderOf(one, resources).filter((urn) => !found.has(urn))) {
      found.add(urn);
      const next = byUrn.get(urn);
      if (next) follow(next);
    }
  };
  follow(resource);
  return [...found];
}

export const commands = (program: Program) => made(program).filter(({ type }) => type === "command:remote:Command");

/** A resource's inputs that are in clear in the state, in previews and in logs. */
export function inClear({ inputs, secrets }: Registered): unknown {
  const hide = (value: unknown, path: string): unknown => {
    if (secrets.includes(path)) return undefined;
    if (typeof value !== "object" || value === null) return value;
    return Object.entries(value).map(([key, member]) => [key, hide(member, path === "" ? key : `${path}.${key}`)]);
  };
  return hide(inputs, "");
}

/** What the engine compares to tell whether a resource changes. */
function compared({ inputs, ignoreChanges }: Registered): string {
  if (ignoreChanges.includes("*")) return "";
  return JSON.stringify(Object.entries(inputs).filter(([name]) => !ignoreChanges.includes(name)));
}

/** Names of resources that differ between two runs of the program: "+" are new, "-" are gone, "~" are changed. */
export function changes(before: Program, after: Program): readonly string[] {
  const byUrn = (program: Program) => new Map(made(program).map((resource) => [resource.urn, resource]));
  const [old, now] = [byUrn(before), byUrn(after)];
  return [...new Set([...old.keys(), ...now.keys()])]
    .flatMap((urn) => {
      const [one, other] = [old.get(urn), now.get(urn)];
      if (!one) return [`+${other?.name ?? ""}`];
      if (!other) return [`-${one.name}`];
      return compared(one) === compared(other) ? [] : [`~${one.name}`];
    })
    .sort();
}

/** A text that a script is given, by its name; a list as bash has it. */
export function valueOf(script: Registered, name: string): string | undefined {
  const pattern = new RegExp(`^readonly (?:-a )?${name}=(?:'((?:[^']|'\\\\'')*)'|\\((.*)\\))$`, "m");
  const [, text, list] = pattern.exec(String(script.inputs.stdin)) ?? [];
  return text?.replaceAll(`'\\''`, "'") ?? list;
}

/** Scripts that run once for the stack's life. */
export const forGood = ["encryption-key-1", "etcd-authority", "master-authority"];
