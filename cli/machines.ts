import { spawnSync } from "node:child_process";
import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";

import { parse } from "yaml";

import { parseEnvironment, type Environment } from "../components/config";
import { keyPair, stackDirectory } from "../components/local/keys";
import { root } from "./project";

/** The stack's configuration, read without an engine. */
export function environmentOf(stack: string): Environment {
  const file = parse(readFileSync(join(root, `Pulumi.${stack}.yaml`), "utf8")) as { config?: Record<string, unknown> };
  const entries = Object.entries(file.config ?? {}).map(([key, value]) => [key.replace(/^keelson:/, ""), value]);
  return parseEnvironment(Object.fromEntries(entries) as Record<string, unknown>, { stack, directory: root });
}

/** A login on one machine of the stack, in this terminal; the exit status of the shell there. */
export function shell(stack: string, name: string | undefined): number {
  const environment = environmentOf(stack);
  const names = environment.machines.map((machine) => machine.name).join(", ");
  const machine = environment.machines.find((machine) => machine.name === name);
  if (!machine) throw new Error(`MACHINE=${name ?? ""} names no machine of stack ${stack}: it has ${names}`);
  const directory = stackDirectory(stack);
  const local = environment.provider === "local";
  const login = local
    ? {
        host: machine.address,
        port: 22,
        user: "keelson",
        key: join(directory, "id_ed25519"),
        hostKey: keyPair(join(directory, machine.name, "ssh_host_ed25519_key")).publicKey,
      }
    : { ...machine.ssh, key: machine.ssh.privateKeyFile };
  const args = ["-i", login.key, "-o", "IdentitiesOnly=yes", "-p", String(login.port)];
  if (login.hostKey !== undefined) args.push(...knownHost(directory, login.host, login.port, login.hostKey));
  return spawnSync("ssh", [...args, `${login.user}@${login.host}`], { stdio: "inherit" }).status ?? 1;
}

function knownHost(directory: string, host: string, port: number, hostKey: string): readonly string[] {
  const file = join(directory, "known_hosts");
  mkdirSync(directory, { recursive: true, mode: 0o700 });
  writeFileSync(file, `${port === 22 ? host : `[${host}]:${port}`} ${hostKey}\n`, { mode: 0o600 });
  return ["-o", `UserKnownHostsFile=${file}`, "-o", "StrictHostKeyChecking=yes"];
}
