import { join } from "node:path";

import { expand, Secret, type Context } from "../settings";
import { passphraseVariable, ssh as sshSchema, type MachineSsh, type SshSettings } from "./settings";

/** How to log in to a machine. */
export interface SshLogin {
  readonly host: string;
  readonly port: number;
  readonly user: string;
  /** Absolute path on this computer; absent where the SSH agent has the key. */
  readonly privateKeyFile?: string;
  /** What opens the key where it is encrypted. */
  readonly passphrase?: Secret;
  /** The machine's public key; absent where the stack trusts whoever answers. */
  readonly hostKey?: string;
}

/** How the stack's machines are reached. */
export interface SshConfig {
  /** The keys of the SSH agent log in. */
  readonly agent: boolean;
  /** Longest wait for one attempt to connect, seconds. */
  readonly connectTimeout: number;
  /** Through which every machine is reached; absent where they are reached directly. */
  readonly bastion?: SshLogin;
}

/** What of a stack's configuration says how to log in. */
interface Configured {
  readonly provider: "local" | "ssh";
  readonly ssh?: SshSettings;
}

/** What the stack says of SSH, with its defaults. */
function settingsOf(configuration: Configured) {
  return configuration.ssh ?? sshSchema.parse({});
}

/** How the stack's machines are reached, from its configuration. */
export function sshConfig(configuration: Configured, context: Context): SshConfig {
  const ssh = settingsOf(configuration);
  const { agent, connectTimeout, bastion } = ssh;
  if (configuration.provider === "local" || !bastion) return { agent, connectTimeout };
  const { host, port = ssh.port, user = ssh.user, hostKey, privateKeyPassphrase } = bastion;
  const key = keyOf(bastion.privateKeyFile, privateKeyPassphrase, configuration, context);
  return {
    agent,
    connectTimeout,
    bastion: { host, port, user, ...key, ...(hostKey === undefined ? {} : { hostKey }) },
  };
}

/** How to log in to one machine. */
export function login(
  configuration: Configured,
  machine: { readonly ssh?: MachineSsh },
  address: string,
  context: Context,
): SshLogin {
  if (configuration.provider === "local") {
    const privateKeyFile = join(context.directory, ".keelson", context.stack, "id_ed25519");
    return { host: address, port: 22, user: "keelson", privateKeyFile };
  }
  const ssh = settingsOf(configuration);
  const own = machine.ssh ?? {};
  return {
    host: own.host ?? address,
    port: own.port ?? ssh.port,
    user: own.user ?? ssh.user,
    ...keyOf(own.privateKeyFile, undefined, configuration, context),
    ...(own.hostKey === undefined ? {} : { hostKey: own.hostKey }),
  };
}

/** The key that logs in: its own if it has one, else the stack's, which the agent may have. */
function keyOf(
  ownFile: string | undefined,
  ownPassphrase: Secret | undefined,
  configuration: Configured,
  context: Context,
): Pick<SshLogin, "privateKeyFile" | "passphrase"> {
  const ssh = settingsOf(configuration);
  const file = ownFile ?? ssh.privateKeyFile ?? (ssh.agent ? undefined : "~/.ssh/id_ed25519");
  if (file === undefined) return {};
  const passphrase = ownPassphrase ?? ssh.privateKeyPassphrase ?? fromEnvironment(context);
  return { privateKeyFile: expand(file, context), ...(passphrase ? { passphrase } : {}) };
}

function fromEnvironment({ env = process.env }: Context): Secret | undefined {
  const value = env[passphraseVariable];
  return value ? new Secret(value) : undefined;
}
