import { mkdirSync, mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

import { bundleDirectory } from "../../components/artifacts/cache";
import { capabilities } from "../../components/local/container";
import { keyPair } from "../../components/local/keys";
import { clear, here } from "./stack";

/** What the configuration of an SSH machine says of one of these. */
export interface OwnMachine {
  readonly name: string;
  readonly address: string;
  readonly ssh: { readonly user: string; readonly privateKeyFile: string; readonly hostKey: string };
  readonly sharedKernel: boolean;
}

/**
 * Machines that were there before the program and stay after it, as a user's own machines are. The program meets them
 * over SSH and does not know that they are containers.
 */
export class OwnMachines {
  readonly machines: readonly OwnMachine[];
  private readonly directory = mkdtempSync(join(tmpdir(), "keelson-machines-"));

  constructor(
    private readonly stack: string,
    /** The first three numbers of its addresses. */
    prefix: string,
    names: readonly string[],
  ) {
    here("docker", "network", "create", "--subnet", `${prefix}.0/24`, this.network);
    this.machines = names.map((name, index) => this.start(name, `${prefix}.${11 + index}`));
  }

  remove(): void {
    clear(this.stack);
    rmSync(this.directory, { recursive: true, force: true });
  }

  private get network(): string {
    return `keelson-${this.stack}`;
  }

  private start(name: string, address: string): OwnMachine {
    const privateKeyFile = join(this.directory, "id_ed25519");
    keyPair(privateKeyFile);
    const hostKeys = join(this.directory, name);
    mkdirSync(hostKeys);
    const { publicKey: hostKey } = keyPair(join(hostKeys, "ssh_host_ed25519_key"));
    const mounts = [
      `${hostKeys}:/etc/keelson-machine/hostkey:ro`,
      `${privateKeyFile}.pub:/etc/keelson-machine/authorized_keys:ro`,
      `${bundleDirectory()}:/opt/keelson/bundle:ro`,
      "/var",
    ];
    const security = ["seccomp=unconfined", "apparmor=unconfined", "systempaths=unconfined"];
    const options = [
      ...[
        "--detach",
        "--name",
        `${this.network}-${name}`,
        "--hostname",
        name,
        "--network",
        this.network,
        "--ip",
        address,
      ],
      ...capabilities.flatMap((capability) => ["--cap-add", capability]),
      ...security.flatMap((option) => ["--security-opt", option]),
      ...mounts.flatMap((mount) => ["--volume", mount]),
      ...["--cgroupns", "private", "--device", "/dev/kmsg", "--tmpfs", "/run", "--tmpfs", "/tmp"],
    ];
    here("docker", "run", ...options, "keelson/machine:13");
    return { name, address, ssh: { user: "keelson", privateKeyFile, hostKey }, sharedKernel: true };
  }
}

/** This computer's name servers, for a machine's file: those inside of a container are a loop to its pods. */
export function nameserverLines(): string {
  const lines = readFileSync("/etc/resolv.conf", "utf8").split("\n");
  return lines.filter((line) => /^nameserver (?!127\.)/.test(line)).join("\n");
}
