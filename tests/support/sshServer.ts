import { spawn } from "node:child_process";
import { generateKeyPairSync } from "node:crypto";
import { once } from "node:events";
import { type AddressInfo, connect } from "node:net";

import { type AuthContext, type Connection, Server, type ServerChannel, type Session, utils } from "ssh2";

import type { Login } from "../../components/ssh";
import type { SshKeys } from "./sshKeys";

/** What a machine does with a command; the channel is its standard input and output. */
export type Execute = (command: string, environment: NodeJS.ProcessEnv, channel: ServerChannel) => void;

/** A machine's SSH server on loopback, that runs what it is told to through a real bash, or does as it is told otherwise. */
export class TestMachine {
  /** Commands that were run, in their order. */
  readonly commands: string[] = [];
  /** Where it was asked to forward connections to, "HOST:PORT". */
  readonly forwarded: string[] = [];
  connections = 0;
  private readonly authorized: Buffer[] = [];
  private readonly clients = new Set<Connection>();
  private readonly key = newKey();
  private readonly server: Server;

  constructor(private readonly execute: Execute = run) {
    this.server = new Server({ hostKeys: [this.key.private] }, (client) => this.welcome(client));
  }

  async listen(port = 0): Promise<void> {
    this.server.listen(port, "127.0.0.1");
    await once(this.server, "listening");
  }

  async close(): Promise<void> {
    this.clients.forEach((client) => client.end());
    await new Promise((resolve) => this.server.close(resolve));
  }

  get port(): number {
    return (this.server.address() as AddressInfo).port;
  }

  /** The machine's key as in known_hosts. */
  get hostKey(): string {
    return this.key.public;
  }

  /** How the machine is reached. */
  get connection() {
    return { host: "127.0.0.1", port: this.port, user: "root", password: "let me in", hostKey: this.hostKey };
  }

  /** Lets a key log in, given as authorized_keys has it. */
  authorize(publicKey: string): void {
    this.authorized.push(Buffer.from(publicKey.split(" ")[1] ?? "", "base64"));
  }

  /** Listens, and lets in whoever has this key; how that one logs in. */
  async letIn(keys: SshKeys, key: string): Promise<Login> {
    this.authorize(keys.publicKey(key));
    await this.listen();
    const { host, port, user } = this.connection;
    return { host, port, user, privateKey: keys.text(key), hostKey: this.hostKey };
  }

  private welcome(client: Connection): void {
    this.connections += 1;
    this.clients.add(client);
    client.on("authentication", (attempt) => {
      if (this.accepts(attempt)) attempt.accept();
      else attempt.reject(["password", "publickey"]);
    });
    // A client that refuses our key leaves in the middle of a sentence.
    client.on("error", () => undefined);
    client.on("close", () => this.clients.delete(client));
    client.on("ready", () => client.on("session", (accept) => this.serve(accept())));
    client.on("tcpip", (accept, reject, { destIP, destPort }) => {
      this.forwarded.push(`${destIP}:${destPort}`);
      const socket = connect(destPort, destIP, () => {
        const channel = accept();
        channel.pipe(socket).pipe(channel);
        channel.on("close", () => socket.destroy());
      });
      socket.on("error", () => (socket.connecting || socket.readyState === "closed" ? reject() : undefined));
    });
  }

  private accepts(attempt: AuthContext): boolean {
    if (attempt.method === "password") return attempt.password === "let me in";
    // ssh2 asks first whether a key would do, without a signature of it; these tests trust the signature.
    return attempt.method === "publickey" && this.authorized.some((key) => key.equals(attempt.key.data));
  }

  private serve(session: Session): void {
    const environment: NodeJS.ProcessEnv = { PATH: process.env.PATH };
    session.on("env", (accept, _reject, { key, val }) => {
      environment[key] = val;
      // Undefined for a client that does not ask whether we took it.
      (accept as (() => void) | undefined)?.();
    });
    session.on("exec", (accept, _reject, { command }) => {
      this.commands.push(command);
      this.execute(command, environment, accept());
    });
  }
}

/** Not ssh2's own generator: one in some hundred of its ed25519 keys is malformed. */
function newKey(): { readonly private: string; readonly public: string } {
  const pair = generateKeyPairSync("ec", { namedCurve: "prime256v1" });
  const pem = pair.privateKey.export({ format: "pem", type: "sec1" }).toString();
  const parsed = utils.parseKey(pem);
  if (parsed instanceof Error) throw parsed;
  return { private: pem, public: `${parsed.type} ${parsed.getPublicSSH().toString("base64")}` };
}

function run(command: string, environment: NodeJS.ProcessEnv, channel: ServerChannel): void {
  const bash = spawn("/bin/bash", ["--norc", "-c", command], { env: environment });
  channel.pipe(bash.stdin);
  // A command may end without reading all that it is sent.
  bash.stdin.on("error", () => undefined);
  bash.stdout.pipe(channel, { end: false });
  bash.stderr.pipe(channel.stderr, { end: false });
  bash.on("close", (status, signal) => {
    if (signal === null) {
      channel.exit(status ?? 0);
    } else {
      channel.exit(signal.replace("SIG", ""));
    }
    channel.end();
  });
}
