import { SshKeys } from "../../../../tests/support/sshKeys";
import type { Bag, State } from "../support/plugin";
import { TestMachine } from "../../../../tests/support/sshServer";
import { secret, unknownValue } from "../../properties";
import { logins } from "./command.logins";
import type { Player } from "./player";
import type { Scenario, Suite } from "./scenario";

/** `command:remote:Command`, on a machine that is an SSH server of this process. */

export interface CommandWorld {
  readonly machine: TestMachine;
  readonly keys: SshKeys;
}

const type = "command:remote:Command";

/** A login on the machine, with a password that is a secret. */
export function login({ machine }: CommandWorld, more: Bag = {}): Bag {
  const { password, ...others } = machine.connection;
  return { ...others, password: secret(password), dialErrorLimit: 1, ...more };
}

/** What the program sends for a script: see components/script/hostScript.ts. */
function script(world: CommandWorld, more: Bag = {}): Bag {
  return {
    connection: login(world),
    create: "cat; echo told >&2",
    delete: "cat >/dev/null",
    stdin: "up",
    triggers: ["the machine"],
    logging: "stderr",
    addPreviousOutputInEnv: false,
    ...more,
  };
}

/** Checked inputs and what the plugin made of them. */
async function made(player: Player, inputs: Bag): Promise<State> {
  return player.create("create", await player.check("check", inputs));
}

const checks: Scenario<CommandWorld> = {
  name: "checks",
  type,
  async run(player, world) {
    await player.configure("configure", {});
    await player.check("a host alone", { connection: { host: "192.0.2.1" } });
    await player.check("with a proxy", {
      connection: { host: "192.0.2.1", proxy: { host: "192.0.2.2" } },
      create: "true",
    });
    await player.check("a script", script(world));
    await player.check("a property of another resource", {
      ...script(world, { update: "true", assetPaths: [] }),
    });
    await player.check("a secret program", script(world, { stdin: secret("hidden") }));
    await player.check("a program that is not known", script(world, { stdin: unknownValue, triggers: [unknownValue] }));
    await player.check("an address that is not known", script(world, { connection: { host: unknownValue } }));
    await player.check("a connection that is not known", script(world, { connection: unknownValue }));
    await player.check("no connection", { create: "true" });
    await player.check("no host", { create: "true", connection: { user: "root" } });
    await player.check("a property that there is not", script(world, { nonsense: true }));
    await player.check("logging of another kind", script(world, { logging: "loud" }));
    await player.check("a number for a text", script(world, { create: 3 }));
  },
};

const life: Scenario<CommandWorld> = {
  name: "a script's life",
  type,
  async run(player, world) {
    await player.configure("configure", {});
    const inputs = await player.check("check", script(world));
    await player.create("preview of the create", inputs, { preview: true });
    const state = await player.create("create", inputs);
    await player.read("read", state);
    const news = await player.check("check of another program", script(world, { stdin: "up again" }), inputs);
    await player.update("preview of the update", state, news, { preview: true });
    const updated = await player.update("update", state, news);
    await player.read("read after it", updated);
    await player.delete("delete", updated);
  },
};

const diffs: Scenario<CommandWorld> = {
  name: "diffs",
  type,
  async run(player, world) {
    await player.configure("configure", {});
    const state = await made(player, script(world));
    const diff = async (what: string, more: Bag): Promise<unknown> => {
      return player.diff(what, state, await player.check(`check: ${what}`, script(world, more), state.inputs));
    };
    await player.diff("nothing", state, state.inputs);
    await diff("the program", { stdin: "another" });
    await diff("a secret program", { stdin: secret("another") });
    await diff("the same program, now secret", { stdin: secret("up") });
    await diff("the command", { create: "true" });
    await diff("no more undoing", { delete: undefined });
    await diff("a command for updates", { update: "true" });
    await diff("logging", { logging: "none" });
    await diff("the login", { connection: login(world, { user: "another" }) });
    await diff("the patience", { connection: login(world, { perDialTimeout: 3 }) });
    await diff("a proxy", { connection: login(world, { proxy: { host: "192.0.2.2" } }) });
    await diff("the triggers", { triggers: ["another machine"] });
    await diff("more triggers", { triggers: ["the machine", "another"] });
    await diff("no triggers", { triggers: undefined });
    await diff("triggers and program", { triggers: ["another machine"], stdin: "another" });
    await diff("a program that is not known", { stdin: unknownValue });
    await diff("triggers that are not known", { triggers: [unknownValue] });
    await diff("an address that is not known", { connection: login(world, { host: unknownValue }) });
    await diff("a connection that is not known", { connection: unknownValue });
  },
};

const noCommands: Scenario<CommandWorld> = {
  name: "a record without commands",
  type,
  async run(player, world) {
    await player.configure("configure", {});
    const forgotten = { connection: { host: "192.0.2.1" }, triggers: ["lost"], addPreviousOutputInEnv: false };
    const inputs = await player.check("check", forgotten);
    await player.create("preview", inputs, { preview: true });
    const state = await player.create("create", inputs);
    await player.update("update", state, inputs);
    await player.delete("delete", state);
    const script = { connection: login(world), create: "echo it ran" };
    const ran = await player.create("create of a script", await player.check("check of a script", script));
    await player.diff("its commands go", ran, inputs);
    await player.update("preview: its commands go", ran, inputs, { preview: true });
    await player.update("its commands went", ran, inputs);
  },
};

const outputs: Scenario<CommandWorld> = {
  name: "outputs",
  type,
  async run(player, world) {
    await player.configure("configure", {});
    const inputs = await player.check("check", {
      connection: login(world),
      create: "printf 'one\\n\\n'; echo two >&2",
      update: 'echo "$PULUMI_COMMAND_STDOUT, $PULUMI_COMMAND_STDERR"',
    });
    const state = await player.create("create", inputs);
    const updated = await player.update("update sees what was said before", state, inputs);
    await player.update("and what was said then", updated, inputs);
    const quiet = await player.check("check of one that sees nothing", {
      ...{ connection: login(world), create: 'echo "$PULUMI_COMMAND_STDOUT"' },
      addPreviousOutputInEnv: false,
    });
    await player.update("without it", state, quiet);
    const secretly = { connection: login(world), create: "cat", stdin: secret("hidden"), logging: "none" };
    const hidden = await player.create("a secret program", await player.check("check of a secret program", secretly));
    await player.update("preview of a secret program", hidden, hidden.inputs, { preview: true });
    await player.delete("delete of a secret program", hidden);
  },
};

const environment: Scenario<CommandWorld> = {
  name: "environment",
  type,
  async run(player, world) {
    await player.configure("configure", {});
    const state = await made(player, script(world));
    const inputs = { ...script(world), create: 'echo "$NAME"', environment: { NAME: secret("value") } };
    const checked = await player.check("check of more", inputs, state.inputs);
    await player.diff("diff", state, checked);
    await player.update("update", state, checked);
  },
};

const failures: Scenario<CommandWorld> = {
  name: "failures",
  type,
  async run(player, world) {
    await player.configure("configure", {});
    const inputs = async (step: string, more: Bag): Promise<Bag> => player.check(step, script(world, more));
    const state = await player.create("create", await inputs("check", {}));
    const broken = await inputs("check of one that fails", { create: "echo it broke >&2; exit 3" });
    await player.create("create fails", broken);
    await player.update("update fails", state, broken);
    await player.create("it is killed", await inputs("check of one that is killed", { create: "kill -TERM $$" }));
    const quoted = await inputs("check of one with quotes", { create: `echo "a\tb" 'ü'\nexit 1` });
    await player.create("it has quotes", quoted);
    const telling = await inputs("check of one that tells", { create: "cat; false", stdin: secret("hidden") });
    await player.create("it tells its secret", telling);
    const stays = await player.create(
      "create to stay",
      await inputs("check of one to stay", { delete: "cat; exit 4" }),
    );
    await player.delete("delete fails", stays);
  },
};

export const commandSuite: Suite<CommandWorld> = {
  plugin: "command",
  needsServer: false,
  environment: { SSH_AUTH_SOCK: "" },
  scenarios: [checks, life, diffs, noCommands, outputs, environment, failures, logins],
  async open() {
    const machine = new TestMachine();
    await machine.listen();
    const keys = new SshKeys();
    keys.make("plain");
    keys.make("encrypted", "opens the key");
    machine.authorize(keys.publicKey("encrypted"));
    return { machine, keys };
  },
  async close({ machine, keys }) {
    await machine.close();
    keys.remove();
  },
  hidden: ({ machine, keys }) => [
    [keys.text("plain"), "<private key>"],
    [keys.text("encrypted"), "<encrypted private key>"],
    [machine.hostKey, "<host key>"],
    [/ecdsa-sha2-nistp256 [\w+/=]+/g, "<another host key>"],
    [machine.connection.password, "<password>"],
    [machine.port, "<port>"],
    [/\bthing[0-9a-f]{8}\b/g, "thing<id>"],
    [keys.directory, "<directory>"],
  ],
};
