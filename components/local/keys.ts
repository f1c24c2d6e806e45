import { execFileSync } from "node:child_process";
import { existsSync, mkdirSync, readFileSync } from "node:fs";
import { dirname, join } from "node:path";

/** A stack's own directory on this computer, outside of version control. */
export function stackDirectory(stack: string): string {
  return join(__dirname, "..", "..", ".keelson", stack);
}

/** An SSH key pair in files: made the first time it is asked for, the private half with mode 0600. */
export function keyPair(privateKeyFile: string): { readonly privateKey: string; readonly publicKey: string } {
  if (!existsSync(privateKeyFile)) {
    mkdirSync(dirname(privateKeyFile), { recursive: true, mode: 0o700 });
    execFileSync("ssh-keygen", ["-q", "-t", "ed25519", "-N", "", "-C", "keelson", "-f", privateKeyFile]);
  }
  const [type, key] = readFileSync(`${privateKeyFile}.pub`, "utf8").split(" ");
  return { privateKey: readFileSync(privateKeyFile, "utf8"), publicKey: `${type ?? ""} ${key ?? ""}` };
}
