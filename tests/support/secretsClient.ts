import { spawn, type ChildProcess } from "node:child_process";
import { randomInt } from "node:crypto";

/** What a client met: how many Secrets it wrote and read, and every request that failed, in words. */
export interface Answers {
  readonly written: number;
  readonly failures: readonly string[];
}

/**
 * Writes Secrets by way of one API server after the other, all the while, and reads each by way of the next one, and all of them by way of
 * that; on a machine that has an administrator's kubeconfig.
 */
export class SecretsClient {
  /** The value of the label "written" of all that it writes. */
  readonly id = `client-${randomInt(1_000_000)}`;
  private readonly child: ChildProcess;
  private output = "";
  private readonly gone: Promise<unknown>;

  constructor(container: string, servers: readonly string[]) {
    const script = `
    servers=(${servers.join(" ")}) i=0
    k() { kubectl --kubeconfig /etc/kubernetes/admin.conf --request-timeout 20s --server "\${servers[$((i % ${servers.length}))]}" "$@" 2>&1; }
    while :; do
      read -r -t 0.2
      [ $? -gt 128 ] || break
      i=$((i + 1)) name=written-$RANDOM-$i
      said=$(k create -f - <<<"{apiVersion: v1, kind: Secret, metadata: {name: $name, labels: {written: ${this.id}}}, stringData: {key: $name}}") || { echo "failed write $i: $said"; continue; }
      i=$((i + 1))
      [ "$(k get secret "$name" -o 'jsonpath={.data.key}' | base64 -d)" = "$name" ] || echo "failed read $i: $(k get secret "$name")"
      said=$(k get --raw '/api/v1/secrets?limit=500') && echo "written $name" || echo "failed list $i: $said"
      i=$((i + RANDOM % 2))
    done`;
    this.child = spawn("docker", ["exec", "-i", container, "bash", "-c", script], {
      stdio: ["pipe", "pipe", "inherit"],
    });
    this.child.stdout?.on("data", (data: Buffer) => (this.output += data.toString()));
    this.gone = new Promise((resolve) => this.child.on("close", resolve));
  }

  /** Ends the client, and tells what it met. */
  async end(): Promise<Answers> {
    this.child.stdin?.end("end\n");
    await this.gone;
    const lines = this.output.split("\n");
    return {
      written: lines.filter((line) => line.startsWith("written ")).length,
      failures: lines.filter((line) => line.startsWith("failed ")),
    };
  }
}
