import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
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
  readonly ssh: {
    readonly user: string;
    readonly port: number;
    readonly privateKeyFile: string;
    readonly hostKey: string;
  };
  readonly sharedKernel: boolean;
}

/** What is special about such machines. */
export interface OwnOptions {
  /** TCP port of their SSH servers. @default 22 */
  readonly port?: number;
  /** Passphrase of the key that logs in. @default none, the key is not encrypted */
  readonly passphrase?: string;
  /** Whether a bundle lies on them. @default true */
  readonly bundle?: boolean;
}

/**
 * Machines that were there before the program and stay after it, as a user's own machines are. The program meets them
 * over SSH and does not know that they are containers.
 */
export class OwnMachines {
  /** As they are now: a machine that was rebuilt has another host key. */
  machines: readonly OwnMachine[];
  private readonly directory = mkdtempSync(join(tmpdir(), "keelson-machines-"));
  private readonly privateKeyFile = join(this.directory, "id_ed25519");
  private readonly bundle: readonly string[];

  constructor(
    private readonly stack: string,
    /** The first three numbers of its addresses. */
    prefix: string,
    names: readonly string[],
    { port = 22, passphrase = "", bundle = true }: OwnOptions = {},
  ) {
    this.bundle = bundle ? [`${bundleDirectory()}:/opt/keelson/bundle:ro`] : [];
    here("ssh-keygen", "-q", "-t", "ed25519", "-N", passphrase, "-C", "", "-f", this.privateKeyFile);
    here("docker", "network", "create", "--subnet", `${prefix}.0/24`, this.network);
    this.machines = names.map((name, index) => this.start(name, `${prefix}.${11 + index}`, port));
  }

  /** Makes a machine anew under its name and address: an empty one, which shows another host key. */
  rebuild(name: string): void {
    const old = this.machines.find((machine) => machine.name === name);
    if (!old) throw new Error(`there is no machine ${name}`);
    here("docker", "rm", "--force", "--volumes", `${this.network}-${name}`);
    rmSync(join(this.directory, name), { recursive: true });
    const anew = this.start(name, old.address, old.ssh.port);
    this.machines = this.machines.map((machine) => (machine === old ? anew : machine));
  }

  remove(): void {
    clear(this.stack);
    rmSync(this.directory, { recursive: true, force: true });
  }

  private get network(): string {
    return `keelson-${this.stack}`;
  }

  private start(name: string, address: string, port: number): OwnMachine {
    const { privateKeyFile } = this;
    const hostKeys = join(this.directory, name);
    mkdirSync(hostKeys);
    const { publicKey: hostKey } = keyPair(join(hostKeys, "ssh_host_ed25519_key"));
    const sshd = join(hostKeys, "port.conf");
    writeFileSync(sshd, `Port ${port}\n`);
    const mounts = [
      `${sshd}:/etc/ssh/sshd_config.d/port.conf:ro`,
      `${hostKeys}:/etc/keelson-machine/hostkey:ro`,
      `${privateKeyFile}.pub:/etc/keelson-machine/authorized_keys:ro`,
      ...this.bundle,
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
    return { name, address, ssh: { user: "keelson", port, privateKeyFile, hostKey }, sharedKernel: true };
  }
}

/** This computer's name servers, for a machine's file: those inside of a container are a loop to its pods. */
export function nameserverLines(): string {
  const lines = readFileSync("/etc/resolv.conf", "utf8").split("\n");
  return lines.filter((line) => /^nameserver (?!127\.)/.test(line)).join("\n");
}
