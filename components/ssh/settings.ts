import { z } from "zod";

import { fields as f, Secret } from "../settings";
import { isHostKey } from "./hostKey";

/** What a stack says of a passphrase, and where else it can come from. */
export const passphraseVariable = "KEELSON_SSH_PASSPHRASE";

/** The command that keeps a passphrase with the stack, encrypted. */
export const passphraseCommand = (field: string) => `pulumi config set --secret --path 'keelson:${field}'`;

const hostKeySyntax =
  'use type and key as "ssh-keyscan -t ed25519 HOST" prints them after the host, "ssh-ed25519 AAAA..."; -t ecdsa is taken as well, and ssh-rsa is not, for Pulumi\'s command plugin cannot check it';

const hostKey = () =>
  f.text('a host key, "ssh-ed25519 AAAA..."', isHostKey, "is no host key", hostKeySyntax).optional();

/** Who logs in over SSH. */
function user() {
  return f.text(
    "a user's name",
    (name) => /^[a-z_][a-z0-9_-]{0,31}$/.test(name),
    "is no user's name",
    'use lower-case letters, digits, "_" and "-", at most 32',
  );
}

/** The one kind of field that is to be a secret; a value in plain text is a mistake, and is not shown. */
function passphrase(field: string) {
  return z
    .custom<Secret>((value) => value instanceof Secret, {
      error: () =>
        `is not encrypted: take it out, and use ${passphraseCommand(field)}, which keeps it encrypted; or leave it out, and set ${passphraseVariable} in the environment`,
    })
    .optional()
    .meta({ values: "a secret", secret: true });
}

const bastion = z.strictObject({
  host: f.host().describe("Where to log in to the bastion."),
  port: f.port().optional().describe("TCP port of its SSH server.").meta({ defaultsTo: "ssh.port" }),
  user: user()
    .optional()
    .describe("Who logs in there; needs no rights but to forward connections.")
    .meta({ defaultsTo: "ssh.user" }),
  privateKeyFile: f
    .file()
    .optional()
    .describe("File with the private key to log in with; it stays on this computer.")
    .meta({ defaultsTo: "ssh.privateKeyFile, or the agent's keys" }),
  privateKeyPassphrase: passphrase("ssh.bastion.privateKeyPassphrase")
    .describe("Passphrase of that key, where it is encrypted.")
    .meta({ defaultsTo: "ssh.privateKeyPassphrase" }),
  hostKey: hostKey()
    .describe("The bastion's public host key; another machine that answers in its place is refused.")
    .meta({ defaultsTo: "none; required unless ssh.hostKeyChecking is false" }),
});

/** How to log in to the stack's machines. */
export const ssh = z
  .strictObject({
    user: user().default("root").describe("Who logs in; root, or a user with password-less sudo."),
    port: f.port().default(22).describe("TCP port of the SSH servers."),
    privateKeyFile: f
      .file()
      .optional()
      .describe("File with the private key to log in with; `~` is your home, other paths begin at the project.")
      .meta({ defaultsTo: "`~/.ssh/id_ed25519`; none where agent is true" }),
    privateKeyPassphrase: passphrase("ssh.privateKeyPassphrase")
      .describe(
        `Passphrase of every key file that is encrypted; set it with \`${passphraseCommand("ssh.privateKeyPassphrase")}\`.`,
      )
      .meta({ defaultsTo: `the environment's ${passphraseVariable}` }),
    agent: z
      .boolean()
      .default(false)
      .describe("Log in with the keys of the SSH agent at SSH_AUTH_SOCK instead of a key file."),
    hostKeyChecking: z
      .boolean()
      .default(true)
      .describe("Every machine must prove that it is itself. Without it, whoever answers at the address is trusted."),
    connectTimeout: f
      .integer(1, 30)
      .default(5)
      .describe(
        "Longest wait for one attempt to connect, in seconds. A machine is given up after about a minute in all.",
      ),
    bastion: bastion
      .optional()
      .describe("A machine through which all others are reached; their addresses are those that it can reach."),
  })
  .meta({
    example: {
      user: "admin",
      privateKeyFile: "~/.ssh/id_ed25519",
      bastion: {
        host: "bastion.example.com",
        user: "jump",
        hostKey: "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIOoOTwROIULoaEIUu3olSB7FZxMt8DRq+UnHN2cTRi4F",
      },
    },
  });

/** How to log in to one machine, where it differs. */
export const machineSsh = z.strictObject({
  host: f.host().optional().describe("Where to log in.").meta({ defaultsTo: "the machine's address" }),
  port: f.port().optional().describe("TCP port of the SSH server.").meta({ defaultsTo: "ssh.port" }),
  user: user()
    .optional()
    .describe("Who logs in; root, or a user with password-less sudo.")
    .meta({ defaultsTo: "ssh.user" }),
  privateKeyFile: f
    .file()
    .optional()
    .describe("File with the private key to log in with.")
    .meta({ defaultsTo: "ssh.privateKeyFile, or the agent's keys" }),
  hostKey: hostKey()
    .describe("The machine's public host key; another machine that answers in its place is refused.")
    .meta({ defaultsTo: "none; required unless ssh.hostKeyChecking is false" }),
});

/** What the stack's file says of logging in. */
export type SshSettings = z.output<typeof ssh>;
export type MachineSsh = z.output<typeof machineSsh>;
