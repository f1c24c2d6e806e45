import { once } from "node:events";
import { setTimeout as sleep } from "node:timers/promises";

import type { ServerChannel } from "ssh2";

import { memberOf, TestApi } from "./kubernetesApi";
import { TestMachine } from "./sshServer";
import { loopbackCertificate } from "./certificate";
import { printed } from "./printed";
import { saidOfWays } from "./ways";

const secrets = "/api/v1/namespaces/kube-system/secrets";

/** Longest wait of a machine for its token, milliseconds: whoever is to offer it may do so at the same time. */
const patience = 10_000;

/** What a machine that pretends remembers, as a real one does. */
interface Memory {
  owner?: string;
  /** The last run of each script: "done DIGEST ID". */
  readonly scripts: Map<string, string>;
}

/** A run of a script on a machine. */
interface Seen {
  readonly machine: string;
  readonly script: string;
  readonly direction: string;
}

/**
 * Machines that only pretend: SSH servers on loopback that write down which scripts they are sent, and run none; and the API
 * of their cluster, which keeps objects by path. A machine joins for good only by a token that was offered to that API.
 */
export class Crowd {
  readonly api = new TestApi(loopbackCertificate());
  readonly seen: Seen[] = [];
  /** Tokens by which machines joined, by their names. */
  readonly joined = new Map<string, string>();
  /** Machines whose joins fail, whatever they are sent. */
  readonly broken = new Set<string>();
  /** Scripts that fail, whatever they are sent. */
  readonly failing = new Set<string>();
  private readonly memories = new Map<string, Memory>();
  private readonly servers: ReadonlyMap<string, TestMachine>;

  constructor(readonly names: readonly string[]) {
    this.servers = new Map(
      names.map((name) => [name, new TestMachine((command, _, channel) => void this.pretend(name, command, channel))]),
    );
  }

  /** Begins to listen; whoever has this key may log in. */
  async listen(publicKey: string): Promise<void> {
    await this.api.listen();
    for (const server of this.servers.values()) {
      server.authorize(publicKey);
      await server.listen();
    }
  }

  async close(): Promise<void> {
    this.api.close();
    for (const server of this.servers.values()) await server.close();
  }

  /** The machines as a stack's configuration has them; the first is the master. */
  get machines(): readonly object[] {
    return this.names.map((name, index) => {
      const server = this.servers.get(name);
      const roles = index === 0 ? ["master", "etcd"] : ["worker"];
      const ssh = { host: "127.0.0.1", port: server?.port, hostKey: server?.hostKey };
      return { name, address: `192.0.2.${index + 1}`, roles, ssh };
    });
  }

  /** Names on a machine the cluster that it is of; "-" is what an earlier release left there. */
  own(machine: string, owner: string): void {
    this.memoryOf(machine).owner = owner;
  }

  /** How often somebody came to a machine. */
  logins(name: string): number {
    return this.servers.get(name)?.connections ?? 0;
  }

  /** Tokens that are offered now. */
  get offered(): readonly string[] {
    return [...this.api.objects.keys()].filter((path) => path.startsWith(`${secrets}/bootstrap-token-`));
  }

  private async pretend(machine: string, command: string, channel: ServerChannel): Promise<void> {
    let program = "";
    channel.setEncoding("utf8").on("data", (text: string) => (program += text));
    await once(channel, "end");
    if (command.includes("perl - ")) {
      this.tellOfWays(command, channel);
      return;
    }
    const script = valueIn(program, "SCRIPT");
    const [, direction = "look"] = /bash -s -- (up|down)/.exec(command) ?? [];
    this.seen.push({ machine, script, direction });
    if (direction === "look") {
      channel.write(this.told(machine));
      channel.exit(0);
      channel.end();
      return;
    }
    const failure = await this.run(machine, script, program);
    this.remember(machine, script, program, direction, failure !== undefined);
    if (failure !== undefined) channel.stderr.write(`error: ${failure}\n`);
    channel.write(this.printed(script));
    channel.exit(failure === undefined ? 0 : 1);
    channel.end();
  }

  private tellOfWays(command: string, channel: ServerChannel): void {
    const said = saidOfWays(command, this.names);
    if (said === undefined) return;
    channel.write(said);
    channel.exit(0);
    channel.end();
  }

  private async run(machine: string, script: string, program: string): Promise<string | undefined> {
    if (this.failing.has(script)) return `${script} fails`;
    return script === `${machine}-join` ? this.join(machine, program) : undefined;
  }

  private memoryOf(machine: string): Memory {
    const memory = this.memories.get(machine) ?? { scripts: new Map() };
    this.memories.set(machine, memory);
    return memory;
  }

  private remember(machine: string, script: string, program: string, direction: string, failed: boolean): void {
    const memory = this.memoryOf(machine);
    if (script === `${machine}-preflight` && !failed) {
      memory.owner = direction === "up" ? valueIn(program, "CLUSTER") : undefined;
    }
    if (direction === "down") memory.scripts.delete(script);
    else {
      memory.scripts.set(script, `${failed ? "running" : "done"} ${valueIn(program, "PROGRAM")} ${this.seen.length}`);
    }
  }

  /** What survey.sh would print. */
  private told(machine: string): string {
    const { owner, scripts } = this.memoryOf(machine);
    const lines = [...scripts].map(([name, run]) => `script ${name} ${run}`);
    return ["boot 1", "clock 1", ...(owner === undefined ? [] : [`owner ${owner}`]), ...lines, "end\n"].join("\n");
  }

  private printed(script: string): string {
    const kubeconfig = Buffer.from(this.api.kubeconfig).toString("base64");
    return printed(script).replace(/^admin\.conf .*$/m, `admin.conf ${kubeconfig}`);
  }

  /** Why the machine cannot join; undefined when it has. */
  private async join(machine: string, program: string): Promise<string | undefined> {
    if (this.broken.has(machine)) return `${machine} is broken`;
    // Whoever has joined needs no token, and is offered none.
    if (this.joined.has(machine)) return undefined;
    const token = /token: (\S+)/.exec(program)?.[1] ?? "";
    for (const deadline = Date.now() + patience; !this.isOffered(token);) {
      if (Date.now() > deadline) return `the token made for ${machine} was not offered`;
      await sleep(100);
    }
    this.joined.set(machine, token);
    return undefined;
  }

  private isOffered(token: string): boolean {
    const [id = "", secret] = token.split(".");
    const offer = memberOf(this.api.objects.get(`${secrets}/bootstrap-token-${id}`), "stringData");
    return offer["token-secret"] === secret && Date.parse(String(offer["expiration"])) > Date.now();
  }
}

function valueIn(program: string, name: string): string {
  return new RegExp(`^readonly ${name}='(.*)'$`, "m").exec(program)?.[1] ?? "";
}
