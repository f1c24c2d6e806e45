/**
 * What it costs to ask many machines at once before a run: SSH servers on loopback, in a process of their own on the same
 * computer, that answer what a machine would.
 */
import { spawn } from "node:child_process";
import { once } from "node:events";
import { createInterface } from "node:readline";

import { parseEnvironment } from "../../components/environment";
import { takeSurvey } from "../../components/survey";
import { TestMachine } from "../support/sshServer";
import { SshKeys } from "../support/sshKeys";
import { program, root } from "../support/stack";

const count = 200;
/** Seconds that it may take. */
const goal = 5;

interface Server {
  readonly port: number;
  readonly hostKey: string;
}

/** A line for `make bench`. */
export async function surveyLine(): Promise<string> {
  const keys = new SshKeys();
  const privateKeyFile = keys.make("id");
  const servers = spawn(process.execPath, [...program("tests/bench/survey.ts"), "serve", keys.publicKey("id")], {
    cwd: root,
    stdio: ["pipe", "pipe", "inherit"],
  });
  try {
    const [line] = (await once(createInterface(servers.stdout), "line")) as [string];
    const machines = (JSON.parse(line) as readonly Server[]).map(({ port, hostKey: key }, index) => ({
      name: `m-${index}`,
      address: `198.51.100.${(index % 250) + 1}`,
      ...(index === 0 ? { roles: ["master", "etcd"] } : {}),
      ssh: { host: "127.0.0.1", port, hostKey: key },
    }));
    const environment = parseEnvironment(
      { provider: "ssh", ssh: { privateKeyFile }, machines: machines.map((machine) => ({ ...machine })) },
      { stack: "bench", directory: root },
    );
    const began = Date.now();
    const { asked } = await takeSurvey(environment);
    const seconds = (Date.now() - began) / 1000;
    const answers = asked.filter(({ answer }) => answer).length;
    return `survey of ${count} machines: ${seconds.toFixed(1)} s, ${answers} answered (goal ${goal} s, all of them)`;
  } finally {
    servers.kill();
    keys.remove();
  }
}

async function serve(publicKey: string): Promise<void> {
  const servers = Array.from(
    { length: count },
    () =>
      new TestMachine((_, __, channel) => {
        channel.resume().on("end", () => {
          channel.write("boot 1\nclock 2\nend\n");
          channel.exit(0);
          channel.end();
        });
      }),
  );
  for (const server of servers) {
    server.authorize(publicKey);
    await server.listen();
  }
  process.stdout.write(`${JSON.stringify(servers.map(({ port, hostKey }) => ({ port, hostKey })))}\n`);
}

if (require.main === module) {
  const [what = "", publicKey = ""] = process.argv.slice(2);
  if (what === "serve") void serve(publicKey);
  else void surveyLine().then((line) => process.stdout.write(`${line}\n`));
}
