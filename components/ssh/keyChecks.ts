import { readFileSync, statSync } from "node:fs";

import { show, type Context, type Contradiction, type Path } from "../settings";
import type { SshConfig, SshLogin } from "./login";
import { isWrongPassphrase, kindOfKey, type KeyKind } from "./privateKey";
import { passphraseCommand, passphraseVariable, type MachineSsh, type SshSettings } from "./settings";

/** What of a stack the checks of its logins read. */
export interface Subject {
  readonly configuration: {
    readonly provider: "local" | "ssh";
    readonly ssh?: SshSettings;
    readonly machines: readonly { readonly ssh?: MachineSsh }[];
  };
  readonly environment: {
    readonly ssh: SshConfig;
    readonly machines: readonly { readonly address: string; readonly ssh: SshLogin }[];
  };
  readonly context: Context;
}

/** Contradictions in what logs in: key files, their passphrases, the agent. */
export function* keyChecks(subject: Subject): Generator<Contradiction> {
  const keys = keysOf(subject);
  for (const key of keys) yield* keyFile(key, subject);
  yield* needlessPassphrases(keys, subject);
  yield* agent(subject);
}

/** A key file, and where the configuration names it and its passphrase. */
interface Key {
  readonly file: string;
  readonly path: Path;
  readonly passphrase: SshLogin["passphrase"];
  readonly passphrasePath: readonly string[];
  /** Undefined where the file cannot be read. */
  readonly text: string | undefined;
  readonly kind: KeyKind | undefined;
  /** What keeps it from being read. */
  readonly fault: string | undefined;
}

/** Each key file is looked at once for each passphrase that is to open it, and named where the configuration names it. */
function keysOf({ configuration, environment, context }: Subject): readonly Key[] {
  const { ssh, machines } = configuration;
  const common = ["ssh", "privateKeyPassphrase"];
  const named = environment.machines.map(({ ssh: login }, index) => {
    const own = machines[index]?.ssh?.privateKeyFile !== undefined;
    const path: Path = own ? ["machines", index, "ssh", "privateKeyFile"] : ["ssh", "privateKeyFile"];
    return { login, path, passphrasePath: common };
  });
  if (environment.ssh.bastion) {
    const { privateKeyFile, privateKeyPassphrase } = ssh?.bastion ?? {};
    named.push({
      login: environment.ssh.bastion,
      path: privateKeyFile === undefined ? ["ssh", "privateKeyFile"] : ["ssh", "bastion", "privateKeyFile"],
      passphrasePath: privateKeyPassphrase ? ["ssh", "bastion", "privateKeyPassphrase"] : common,
    });
  }
  const keys = new Map<string, Key>();
  for (const { login, path, passphrasePath } of named) {
    const file = login.privateKeyFile;
    const id = JSON.stringify([file, passphrasePath]);
    if (file === undefined || keys.has(id)) continue;
    keys.set(id, { file, path, passphrase: login.passphrase, passphrasePath, ...contentOf(file, context) });
  }
  return [...keys.values()];
}

/** What a private key's file holds, or what keeps it from being read. */
export function contentOf(path: string, context: Context): Pick<Key, "text" | "kind" | "fault"> {
  const readFile = context.readFile ?? ((path: string) => readFileSync(path, "utf8"));
  try {
    const text = readFile(path);
    return { text, kind: kindOfKey(text), fault: undefined };
  } catch (error) {
    const code = (error as NodeJS.ErrnoException).code ?? String(error);
    const known = { ENOENT: "is not there", EACCES: "may not be read by you", EISDIR: "is a directory" }[code];
    return { text: undefined, kind: undefined, fault: known ?? `cannot be read (${code})` };
  }
}

function* keyFile(key: Key, { configuration }: Subject): Generator<Contradiction> {
  const { file, path, passphrase, passphrasePath, text = "", kind } = key;
  const uses = [["provider"], ["ssh", "agent"], passphrasePath];
  const fault = faultOf(key);
  if (fault !== undefined) yield { path, uses, message: `${show(file)} ${fault}` };
  const value = passphrase?.reveal();
  if (kind !== "encrypted" || value === undefined || !isWrongPassphrase(text, value)) return;
  const { ssh } = configuration;
  if ([ssh?.privateKeyPassphrase, ssh?.bastion?.privateKeyPassphrase].includes(passphrase)) {
    const message = `does not open ${show(file)}: correct it with ${passphraseCommand(passphrasePath.join("."))}`;
    yield { path: passphrasePath, uses, message };
  } else {
    yield {
      path,
      uses,
      message: `${show(file)} is not opened by the environment's ${passphraseVariable}: correct that`,
    };
  }
}

/** What is wrong with a key file by itself, and the way out. */
function faultOf({ fault, kind, passphrase, passphrasePath }: Key): string | undefined {
  const way = "name a file with a private key that you can read";
  const agent = "give the key to an agent and set ssh.agent to true";
  if (fault !== undefined) return `${fault}: ${way}, or make one with ssh-keygen -t ed25519`;
  if (kind === "none") return `has no private key in it: ${way}`;
  if (kind === "PKCS #8") {
    return `is in PKCS #8, which cannot be read here: write it in OpenSSH's own form with ssh-keygen -p -f FILE, or ${agent}`;
  }
  if (kind !== "encrypted" || passphrase !== undefined) return undefined;
  return `is encrypted, and its passphrase is not given: use ${passphraseCommand(passphrasePath.join("."))}, or set ${passphraseVariable} in the environment, or ${agent}`;
}

/** A passphrase in the configuration that opens nothing was meant for another key. The environment is many stacks'. */
function* needlessPassphrases(keys: readonly Key[], { configuration }: Subject): Generator<Contradiction> {
  const { ssh } = configuration;
  const given = [
    { path: ["ssh", "privateKeyPassphrase"], secret: ssh?.privateKeyPassphrase },
    { path: ["ssh", "bastion", "privateKeyPassphrase"], secret: ssh?.bastion?.privateKeyPassphrase },
  ];
  for (const { path, secret } of given) {
    const opened = keys.filter(({ passphrase }) => passphrase === secret);
    // A file that cannot be read is told of already, and may be the one.
    if (secret === undefined || opened.some(({ kind }) => kind !== "plain")) continue;
    const files = opened.map(({ file }) => show(file)).join(", ");
    const what =
      files === ""
        ? "there is no key file that it is for"
        : `${files} ${opened.length > 1 ? "are" : "is"} not encrypted`;
    const uses = [["provider"], ["machines"], ["ssh", "privateKeyFile"], ["ssh", "bastion"], ["ssh", "agent"]];
    yield { path, uses, message: `${what}: leave it out, or name the key that it opens` };
  }
}

function* agent({ configuration, context }: Subject): Generator<Contradiction> {
  const { ssh } = configuration;
  if (ssh?.agent !== true) return;
  const uses = [["provider"]];
  if (ssh.privateKeyFile !== undefined) {
    const message = "is a key file, and ssh.agent asks for the agent's keys: leave one of them out";
    yield { path: ["ssh", "privateKeyFile"], uses: [...uses, ["ssh", "agent"]], message };
  }
  const socket = (context.env ?? process.env)["SSH_AUTH_SOCK"];
  const way =
    'start one with eval "$(ssh-agent)" and add your key with ssh-add, or set ssh.agent to false and name a key file';
  const path = ["ssh", "agent"];
  if (!socket) {
    yield { path, uses, message: `there is no SSH agent: SSH_AUTH_SOCK is not set in the environment; ${way}` };
  } else if (!isSocket(socket)) {
    yield {
      path,
      uses,
      message: `there is no SSH agent: no socket is at ${show(socket)}, which SSH_AUTH_SOCK names; ${way}`,
    };
  }
}

function isSocket(path: string): boolean {
  return statSync(path, { throwIfNoEntry: false })?.isSocket() ?? false;
}
