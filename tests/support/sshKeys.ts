import { execFileSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

/** Key pairs as people make them, in a directory of their own. */
export class SshKeys {
  readonly directory = mkdtempSync(join(tmpdir(), "keelson-keys-"));

  /** Makes a key with `ssh-keygen`, encrypted where there is a passphrase; gives the private half's file. */
  make(name: string, passphrase = "", ...options: readonly string[]): string {
    const file = join(this.directory, name);
    // One round of its key derivation: what makes guessing slow makes tests slow.
    const rounds = passphrase === "" ? [] : ["-a", "1"];
    execFileSync("ssh-keygen", ["-q", "-t", "ed25519", ...rounds, ...options, "-N", passphrase, "-C", "", "-f", file]);
    return file;
  }

  /** The text of a private key. */
  text(name: string): string {
    return readFileSync(join(this.directory, name), "utf8");
  }

  /** The public half, as authorized_keys has it. */
  publicKey(name: string): string {
    return this.text(`${name}.pub`).trim();
  }

  remove(): void {
    rmSync(this.directory, { recursive: true });
  }
}
