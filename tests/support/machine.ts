import { spawnSync } from "node:child_process";

/** A member of etcd, as another one or itself knows it. */
export interface EtcdMember {
  /** "started", or "unstarted" before its first start. */
  readonly status: string;
  readonly name: string;
  /** "true" as long as it has no vote, else "false". */
  readonly learner: string;
}

/** A machine that is a container on this computer, looked at from outside of the program. */
export class TestMachine {
  constructor(private readonly container: string) {}

  /** Runs a script as root there and gives what it printed; throws when it fails. */
  run(script: string): string {
    const { status, stdout, stderr } = this.attempt(script);
    if (status !== 0) throw new Error(`on ${this.container}: ${script}\nended with ${status}:\n${stdout}${stderr}`);
    return stdout.trim();
  }

  /** Runs a script as root there, and gives how it ended. */
  attempt(script: string): { readonly status: number; readonly stdout: string; readonly stderr: string } {
    const { status, stdout, stderr } = spawnSync("docker", ["exec", "-i", this.container, "bash", "-s"], {
      input: script,
      encoding: "utf8",
      timeout: 120_000,
      maxBuffer: 64 * 1024 * 1024,
    });
    return { status: status ?? -1, stdout, stderr };
  }

  /** Runs a command as root there with that on its standard input. */
  feed(command: string, input: Buffer): string {
    const { status, stdout, stderr } = spawnSync("docker", ["exec", "-i", this.container, "bash", "-c", command], {
      input,
      maxBuffer: 64 * 1024 * 1024,
    });
    if (status !== 0) {
      throw new Error(`on ${this.container}: ${command} ended with ${String(status)}: ${String(stderr)}`);
    }
    return stdout.toString();
  }

  /** Answers of the API, asked on a master. */
  kubectl(args: string): string {
    return this.run(`kubectl --kubeconfig /etc/kubernetes/admin.conf ${args}`);
  }

  /** All members of etcd, asked of the one on this machine. */
  etcdMembers(): readonly EtcdMember[] {
    const pki = "/etc/etcd/pki/etcd";
    const keys = `--cacert ${pki}/ca.crt --cert ${pki}/healthcheck-client.crt --key ${pki}/healthcheck-client.key`;
    const lines = this.run(`etcdctl --endpoints https://127.0.0.1:2379 ${keys} member list`).split("\n");
    return lines.map((line) => {
      const [, status = "", name = "", , , learner = ""] = line.split(", ");
      return { status, name, learner };
    });
  }

  /** When each unit was started last; a restart shows as a change. */
  unitStarts(): string {
    return this.run(
      "systemctl show --property=Id,ActiveEnterTimestampMonotonic docker containerd cri-docker kubelet etcd | paste -sd ' \\n' -",
    );
  }

  /** How many logins there were. */
  logins(): number {
    return Number(
      this.run("journalctl --no-pager --unit=ssh.service --grep='Accepted publickey' | grep -c Accepted || true"),
    );
  }
}
