import { generateKeyPairSync } from "node:crypto";
import { createServer } from "node:net";
import type { AddressInfo } from "node:net";

import { secret } from "../../properties";
import type { Bag } from "../support/plugin";
import { TestMachine } from "../../../../tests/support/sshServer";
import { type CommandWorld, login } from "./command";
import type { Scenario } from "./scenario";

/** Logins of `command:remote:Command` that fail, and what is said of them. */

export const logins: Scenario<CommandWorld> = {
  name: "logins",
  type: "command:remote:Command",
  async run(player, world) {
    await player.configure("configure", {});
    const create = async (step: string, connection: Bag): Promise<void> => {
      const inputs = await player.check(`check: ${step}`, { connection, create: "echo here" });
      await player.create(step, inputs);
    };
    const { keys } = world;
    const byKey = (privateKey: string, more: Bag = {}): Bag =>
      login(world, { password: undefined, privateKey, ...more });
    await create("another password", login(world, { password: secret("another") }));
    await create("no way to log in", login(world, { password: undefined }));
    await create("another host key", login(world, { hostKey: new TestMachine().hostKey }));
    await create("a host key that is none", login(world, { hostKey: "nonsense" }));
    await create("a key that is not known there", byKey(keys.text("plain")));
    await create("an unknown key and a password", login(world, { privateKey: secret(keys.text("plain")) }));
    const { privateKey } = generateKeyPairSync("ed25519", {
      privateKeyEncoding: { type: "pkcs8", format: "pem" },
      publicKeyEncoding: { type: "spki", format: "pem" },
    });
    player.hides([privateKey, "<key in PKCS #8>"]);
    await create("an unknown key in PKCS #8", byKey(privateKey));
    await create("a key that is none", byKey("nonsense"));
    const encrypted = keys.text("encrypted");
    await create("an encrypted key", byKey(encrypted, { privateKeyPassword: secret("opens the key") }));
    await create("an encrypted key with another passphrase", byKey(encrypted, { privateKeyPassword: secret("wrong") }));
    await create("an encrypted key without passphrase", byKey(encrypted));
    await create("a passphrase that opens nothing", byKey(keys.text("plain"), { privateKeyPassword: secret("wrong") }));
    await create("an agent that is not there", login(world, { agentSocketPath: `${keys.directory}/none` }));
    await create("a port where nobody listens", login(world, { port: 1 }));
    await create("no second attempt", login(world, { port: 1, dialErrorLimit: 0 }));
    await create("a bastion where nobody listens", login(world, { proxy: login(world, { port: 1 }) }));
    await create("a bastion from where nobody listens", login(world, { port: 1, proxy: login(world) }));
    await create("through a bastion", login(world, { proxy: login(world) }));
    const otherKey = { hostKey: new TestMachine().hostKey };
    await create("a bastion with another host key", login(world, { proxy: login(world, otherKey) }));
    await create("another host key behind a bastion", login(world, { ...otherKey, proxy: login(world) }));
    const mute = createServer((socket) => socket.on("error", () => undefined));
    await new Promise<void>((resolve) => mute.listen(0, "127.0.0.1", resolve));
    player.hides([(mute.address() as AddressInfo).port, "<port>"]);
    const silence = { port: (mute.address() as AddressInfo).port, perDialTimeout: 1 };
    // The official plugin's limit is for the connection alone: a machine that then says nothing would be waited for.
    mute.on("connection", (socket) => setTimeout(() => socket.destroy(), 2000));
    await create("a machine that says nothing", login(world, silence));
    await new Promise((resolve) => mute.close(resolve));
  },
};
