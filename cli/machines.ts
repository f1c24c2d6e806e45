import { spawnSync } from "node:child_process";
import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";

import type { Stack } from "@pulumi/pulumi/automation";

import { parseEnvironment, type Environment } from "../components/environment";
import type { MachineConfig } from "../components/machine";
import { localLogin } from "../components/local";
import { sshLogin, type Login, type SshLogin } from "../components/ssh";
import { addressesHere } from "../components/local/builds";
import { keyPair, stackDirectory } from "../components/local/keys";
import { quote } from "../components/script/compose";
import { isEncrypted, Secret } from "../components/settings/secret";
import { among, meant, UsageError } from "./arguments";
import { root, settingsOf } from "./project";

/** The stack's configuration, read without an engine; what is encrypted in it is not known. */
export function environmentOf(stack: string): Environment {
  return environmentFrom(stack, settingsOf(stack).config ?? {});
}

/** The same, what is encrypted in it decrypted by the engine. */
export async function decryptedEnvironment(stack: Stack): Promise<Environment> {
  return environmentFrom(stack.name, await decryptedConfig(stack));
}

/** What is encrypted in the stack's configuration. */
export async function configSecrets(stack: Stack): Promise<readonly string[]> {
  const found = (value: unknown): readonly string[] => {
    if (value instanceof Secret) return [value.reveal() ?? ""];
    return typeof value === "object" && value !== null ? Object.values(value).flatMap(found) : [];
  };
  return found(await decryptedConfig(stack));
}

async function decryptedConfig(stack: Stack): Promise<Readonly<Record<string, unknown>>> {
  const { config = {} } = settingsOf(stack.name);
  if (!JSON.stringify(config).includes('{"secure":')) return config;
  const known = await stack.getAllConfig();
  const entries = Object.entries(config).map(([key, value]) => {
    const text = known[key]?.value ?? "";
    return [key, isEncrypted(value) ? new Secret(text) : revealed(value, text === "" ? undefined : parsed(text))];
  });
  return Object.fromEntries(entries) as Readonly<Record<string, unknown>>;
}

/** A value of the file, with what the engine has in place of each part that is encrypted. */
function revealed(written: unknown, known: unknown): unknown {
  if (isEncrypted(written)) return new Secret(typeof known === "string" ? known : JSON.stringify(known));
  if (typeof written !== "object" || written === null) return written;
  const part = (key: string): unknown =>
    typeof known === "object" && known !== null ? Reflect.get(known, key) : undefined;
  const parts = Object.entries(written).map(([key, value]): readonly [string, unknown] => [
    key,
    revealed(value, part(key)),
  ]);
  return Array.isArray(written) ? parts.map(([, value]) => value) : Object.fromEntries(parts);
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return text;
  }
}

function environmentFrom(stack: string, config: Readonly<Record<string, unknown>>): Environment {
  const entries = Object.entries(config).map(([key, value]) => [key.replace(/^keelson:/, ""), value]);
  return parseEnvironment(Object.fromEntries(entries) as Record<string, unknown>, {
    stack,
    directory: root,
    addresses: () => addressesHere(stack),
  });
}

/** How the stack says to log in on a machine; throws where that cannot be known. */
export function loginOn(environment: Environment): (machine: MachineConfig) => Login {
  return ({ name, ssh }) => (environment.provider === "local" ? localLogin(environment, name) : sshLogin(ssh));
}

/** A login on one machine of the stack, in this terminal; the exit status of the shell there. */
export function shell(stack: string, name: string | undefined): number {
  const environment = environmentOf(stack);
  const names = environment.machines.map((machine) => machine.name);
  const machine = environment.machines.find((machine) => machine.name === name);
  if (name === undefined) throw new UsageError(`no machine is named with --machine: ${among(names)}`);
  if (!machine) throw new UsageError(`stack ${stack} has no machine ${name}: ${meant(name, names)}`);
  return spawnSync("ssh", loginArguments(environment, machine), { stdio: "inherit" }).status ?? 1;
}

/** What `ssh` is told to log in on a machine: the same keys, the same trust and the same way as the program's. */
export function loginArguments(environment: Environment, machine: MachineConfig): readonly string[] {
  const directory = stackDirectory(environment.stack);
  const { bastion } = environment.ssh;
  const local = environment.provider === "local";
  const hostKey = () => keyPair(join(directory, machine.name, "ssh_host_ed25519_key")).publicKey;
  const login = local ? { ...machine.ssh, hostKey: hostKey() } : machine.ssh;
  const file = knownHosts(directory, [login, ...(bastion ? [bastion] : [])]);
  // Whoever types a passphrase for the bastion's key may take the time: behind a bastion, that is who gives a machine up.
  const timeout = ["-o", `ConnectTimeout=${environment.ssh.connectTimeout}`];
  const options = bastion && [...timeout, ...optionsFor(bastion, file)];
  // A command of its own rather than -J, which would not take the key and the trust along.
  const jump = options && ["ssh", ...options, "-W", "%h:%p", `${bastion.user}@${bastion.host}`];
  const proxy = jump ? ["-o", `ProxyCommand=${jump.map(shellWord).join(" ")}`] : timeout;
  return [...optionsFor(login, file), ...proxy, `${login.user}@${login.host}`];
}

function optionsFor({ port, privateKeyFile, hostKey }: SshLogin, knownHostsFile: string): readonly string[] {
  return [
    ...(privateKeyFile === undefined
      ? []
      : ["-o", `IdentityFile=${quotedFile(privateKeyFile)}`, "-o", "IdentitiesOnly=yes"]),
    ...["-p", String(port)],
    ...(hostKey === undefined
      ? []
      : ["-o", `UserKnownHostsFile=${quotedFile(knownHostsFile)}`, "-o", "StrictHostKeyChecking=yes"]),
  ];
}

function knownHosts(directory: string, logins: readonly SshLogin[]): string {
  const file = join(directory, "known_hosts");
  const lines = logins.flatMap(({ host, port, hostKey }) =>
    hostKey === undefined ? [] : [`${port === 22 ? host : `[${host}]:${port}`} ${hostKey}\n`],
  );
  if (lines.length === 0) return file;
  mkdirSync(directory, { recursive: true, mode: 0o700 });
  writeFileSync(file, lines.join(""), { mode: 0o600 });
  return file;
}

/** A file's name in an option, where white space ends it and "%" begins a name of ssh's own. Source: ssh_config(5). */
function quotedFile(path: string): string {
  return `"${path.replaceAll("%", "%%")}"`;
}

/** One word of a command that `ssh` gives to a shell after filling in its own "%h" and "%p". */
function shellWord(word: string): string {
  return word === "%h:%p" ? word : quote(word.replaceAll("%", "%%"));
}
