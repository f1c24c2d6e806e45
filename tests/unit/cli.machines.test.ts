import { spawn } from "node:child_process";
import { once } from "node:events";
import { rmSync } from "node:fs";

import { loginArguments } from "../../cli/machines";
import { parseEnvironment } from "../../components/environment";
import { stackDirectory } from "../../components/local/keys";
import { SshKeys } from "../support/sshKeys";
import { TestMachine } from "../support/sshServer";

const keys = new SshKeys();
const [machine, bastion, other] = [new TestMachine(), new TestMachine(), new TestMachine()];
const stack = "unit-shell";
// Names that a shell, and ssh itself, would take for something else.
const [machineKey, bastionKey] = [keys.make("it's 100%h"), keys.make("$(id) %p")];

beforeAll(async () => {
  await Promise.all([machine.listen(), bastion.listen()]);
  machine.authorize(keys.publicKey("it's 100%h"));
  bastion.authorize(keys.publicKey("$(id) %p"));
});
afterAll(async () => {
  await Promise.all([machine.close(), bastion.close()]);
  keys.remove();
  rmSync(stackDirectory(stack), { recursive: true, force: true });
});

/** What a command in the shell of `make shell` prints, with this computer's own ssh. */
async function inShell(bastionHostKey: string): Promise<string> {
  const environment = parseEnvironment(
    {
      provider: "ssh",
      ssh: {
        privateKeyFile: machineKey,
        bastion: { host: "127.0.0.1", port: bastion.port, privateKeyFile: bastionKey, hostKey: bastionHostKey },
      },
      machines: [
        {
          name: "m",
          roles: ["master", "worker"],
          address: "192.0.2.1",
          ssh: { host: "localhost", port: machine.port, hostKey: machine.hostKey },
        },
      ],
    },
    { stack, directory: keys.directory },
  );
  const [first] = environment.machines;
  if (!first) throw new Error("there is no machine");
  const child = spawn("ssh", ["-o", "BatchMode=yes", ...loginArguments(environment, first), "echo here"], {
    stdio: ["ignore", "pipe", "pipe"],
  });
  let said = "";
  for (const stream of [child.stdout, child.stderr]) stream.on("data", (data: Buffer) => (said += data.toString()));
  await once(child, "close");
  return said;
}

test("a shell goes through the bastion, each with its own key", async () => {
  expect(await inShell(bastion.hostKey)).toBe("here\n");
  expect(bastion.forwarded).toEqual([`localhost:${machine.port}`]);
  expect([bastion.commands, machine.commands]).toEqual([[], ["echo here"]]);
});

test("a shell goes through no other bastion", async () => {
  expect(await inShell(other.hostKey)).toContain("Host key verification failed");
});
