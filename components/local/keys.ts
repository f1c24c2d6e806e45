import { execFileSync } from "node:child_process";
import { existsSync, mkdirSync, readFileSync, rmSync } from "node:fs";
import { dirname, join } from "node:path";

import * as pulumi from "@pulumi/pulumi";

export interface KeyPair {
  readonly privateKey: string;
  /** "ssh-ed25519 AAAA...". */
  readonly publicKey: string;
}

/** A stack's own directory on this computer, outside of version control. */
export function stackDirectory(stack: string): string {
  return join(__dirname, "..", "..", ".keelson", stack);
}

/** The key that logs in on all local machines of a stack. */
export function loginKeyFile(stack: string): string {
  return join(stackDirectory(stack), "id_ed25519");
}

/** The key by which a local machine is known. */
export function hostKeyFile(stack: string, machine: string): string {
  return join(stackDirectory(stack), machine, "ssh_host_ed25519_key");
}

/** An SSH key pair in files: made the first time it is asked for, the private half with mode 0600. */
export function keyPair(privateKeyFile: string): KeyPair {
  if (!existsSync(privateKeyFile)) {
    mkdirSync(dirname(privateKeyFile), { recursive: true, mode: 0o700 });
    execFileSync("ssh-keygen", ["-q", "-t", "ed25519", "-N", "", "-C", "keelson", "-f", privateKeyFile]);
  }
  return existingKeyPair(privateKeyFile);
}

/** Another key pair in the place of the one that was there. */
export function newKeyPair(privateKeyFile: string): KeyPair {
  for (const file of [privateKeyFile, `${privateKeyFile}.pub`]) rmSync(file, { force: true });
  return keyPair(privateKeyFile);
}

/** A key pair that is there. */
export function existingKeyPair(privateKeyFile: string): KeyPair {
  const [type, key] = readFileSync(`${privateKeyFile}.pub`, "utf8").split(" ");
  return { privateKey: readFileSync(privateKeyFile, "utf8"), publicKey: `${type ?? ""} ${key ?? ""}` };
}

/** Nobody else can log in on machines whose keys are elsewhere; that is found before anything is planned. */
export function requireKeys(stack: string, machines: readonly string[]): void {
  const files = [loginKeyFile(stack), ...machines.map((machine) => hostKeyFile(stack, machine))];
  const missing = files.find((file) => !existsSync(file));
  if (machines.length === 0 || missing === undefined) return;
  throw new pulumi.RunError(
    `the machines of stack "${stack}" are on this computer, and a key of theirs is not: ${missing}. Work in the checkout that built them, or copy its .keelson/${stack} here; if they are of no use to anyone, remove the containers keelson-${stack}-*`,
  );
}

/** A key pair; in a preview, which makes none, it is not known before it is there. */
export function made(file: string, make: (file: string) => KeyPair): KeyPair {
  return pulumi.runtime.isDryRun() && !existsSync(file) ? unknownKeys : make(file);
}

const unknownKeys = { privateKey: pulumi.unknown, publicKey: pulumi.unknown } as unknown as KeyPair;
