import { execFileSync } from "node:child_process";
import { createHash } from "node:crypto";
import { mkdirSync, readdirSync, readFileSync, statSync, writeFileSync } from "node:fs";
import { join } from "node:path";

import { here } from "./stack";

/**
 * A source of packages as Docker has one, with a key of its own: Debian's programs under the names, and with the relations, of
 * Docker's packages. Files by their path below the site.
 */
export function dockerPackages(directory: string): Readonly<Record<string, string>> {
  const packages = join(directory, "packages");
  mkdirSync(packages);
  const script = join(__dirname, "dockerPackages.sh");
  const mounts = ["--volume", `${script}:/pack:ro`, "--volume", `${packages}:/packages`];
  here("docker", "run", "--rm", ...mounts, "keelson/machine:13", "bash", "/pack", "/packages");
  const key = new SigningKey(join(directory, "gnupg"));
  const distribution = "linux/debian/dists/trixie";
  const index = "stable/binary-amd64/Packages";
  const release = join(directory, "Release");
  writeFileSync(release, releaseOf(index, join(packages, "Packages")));
  const files = readdirSync(packages).filter((file) => file.endsWith(".deb"));
  const exported = key.exported(join(directory, "docker.asc"));
  const signed = key.signed(release, join(directory, "InRelease"));
  key.forget();
  return {
    "linux/debian/gpg": exported,
    [`${distribution}/InRelease`]: signed,
    [`${distribution}/${index}`]: join(packages, "Packages"),
    ...Object.fromEntries(files.map((file) => [`linux/debian/pool/${file}`, join(packages, file)])),
  };
}

function releaseOf(index: string, file: string): string {
  const digest = createHash("sha256").update(readFileSync(file)).digest("hex");
  return [
    "Origin: Docker",
    "Label: Docker CE",
    "Suite: trixie",
    "Codename: trixie",
    "Components: stable",
    "Architectures: amd64",
    `Date: ${new Date().toUTCString()}`,
    `SHA256:\n ${digest} ${statSync(file).size} ${index}\n`,
  ].join("\n");
}

/** A key that signs what apt reads. */
export class SigningKey {
  constructor(private readonly home: string) {
    mkdirSync(home, { mode: 0o700 });
    this.gpg("--passphrase", "", "--quick-generate-key", "Somebody <nobody@example.com>", "rsa3072", "sign", "2d");
  }

  /** The public half, as it is published. */
  exported(file: string): string {
    writeFileSync(file, this.gpg("--armor", "--export"));
    return file;
  }

  signed(file: string, to: string): string {
    this.gpg("--yes", "--output", to, "--clearsign", file);
    return to;
  }

  /** Its agent goes with it. */
  forget(): void {
    execFileSync("gpgconf", ["--homedir", this.home, "--kill", "all"]);
  }

  private gpg(...args: readonly string[]): string {
    const options = ["--homedir", this.home, "--batch", "--quiet", "--pinentry-mode", "loopback"];
    return execFileSync("gpg", [...options, ...args], { encoding: "utf8", stdio: ["ignore", "pipe", "pipe"] });
  }
}
