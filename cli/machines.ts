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
import { Secret } from "../components/settings/secret";
import { among, meant, UsageError } from "./arguments";
import { openStack } from "./project";
import { decryptedSettings, isWhole, root, settingsOf, type Settings } from "./settings";

/** What the stack's file describes, read without an engine; what is encrypted in it is not known. */
export function environmentOf(stack: string): Environment {
  return environmentFrom(stack, settingsOf(stack));
}

/** What the stack describes, what is encrypted decrypted by the engine. */
export async function decryptedEnvironment(stack: Stack): Promise<Environment> {
  return environmentFrom(stack.name, await decryptedSettings(stack));
}

/** What is encrypted in the stack's configuration. */
export async function configSecrets(stack: Stack): Promise<readonly string[]> {
  const found = (value: unknown): readonly string[] => {
    if (value instanceof Secret) return [value.reveal() ?? ""];
    return typeof value === "object" && value !== null ? Object.values(value).flatMap(found) : [];
  };
  return found(await decryptedSettings(stack));
}

function environmentFrom(stack: string, settings: Settings): Environment {
  return parseEnvironment(settings, { stack, directory: root, addresses: () => addressesHere(stack) });
}

/** How the stack says to log in on a machine; throws where that cannot be known. */
export function loginOn(environment: Environment): (machine: MachineConfig) => Login {
  return ({ name, ssh }) => (environment.provider === "local" ? localLogin(environment, name) : sshLogin(ssh));
}

/** A login on one machine of the stack, in this terminal; the exit status of the shell there. */
export async function shell(stack: string, name: string | undefined): Promise<number> {
  // Where the file says all, nobody needs the engine and its backend to log in.
  const environment = isWhole(stack)
    ? environmentOf(stack)
    : await decryptedEnvironment(await openStack(stack, "found"));
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
