import { readFileSync } from "node:fs";

import type { types } from "@pulumi/command";
import * as pulumi from "@pulumi/pulumi";

import type { SshLogin } from "./login";
import { kindOfKey, shortest } from "./privateKey";

/**
 * One login as the plugin takes it. A passphrase goes with an encrypted key only: the plugin refuses one that opens
 * nothing. The agent is found by the plugin in its own environment: a path here would be another in each session, and
 * every script would run again.
 */
export function loginArgs(login: SshLogin, connectTimeout: number): types.input.remote.ProxyConnectionArgs {
  const { host, port, user, hostKey, privateKeyFile, passphrase } = login;
  const text = privateKeyFile === undefined ? undefined : readFileSync(privateKeyFile, "utf8");
  const isEncrypted = text !== undefined && kindOfKey(text) === "encrypted";
  const password = isEncrypted ? passphrase?.reveal() : undefined;
  return {
    host,
    port,
    user,
    ...(text === undefined ? {} : { privateKey: pulumi.secret(isEncrypted ? text : shortest(text)) }),
    ...(password === undefined ? {} : { privateKeyPassword: pulumi.secret(password) }),
    hostKey,
    perDialTimeout: connectTimeout,
    dialErrorLimit: dialErrorLimit(connectTimeout),
  };
}

/** How long a machine may keep everyone waiting before it is given up, seconds. */
const patience = 60;

/**
 * After how many failures that are followed by another attempt the plugin gives a machine up, when one attempt takes
 * `timeout` seconds at most. It waits 0.1 s after the first failure, and after each next one half as long again, 5 s at
 * most. So a limit of n costs n + 1 attempts and n pauses:
 *
 *     silence:  (n + 1) x timeout + pauses(n),  pauses(n) = 0.1 + 0.15 + 0.225 + ... = 0.2 x (1.5^n - 1) up to 5 s each
 *     refused:  pauses(n), as an attempt that is refused takes no time
 *
 * The limit is the largest one whose silence fits into a minute. For the default of 5 s that is 9: 10 x 5 s + 7.5 s; for 1 s it is
 * 16; for 30 s it is 0. A server that turns some away because many come at once (sshd: MaxStartups) is asked for 7.5 s by then.
 *
 * Two silences the plugin puts no limit to, and they are found before any script runs, or by the system that dials: a server that
 * accepts the connection and then says nothing, and a machine behind a bastion that drops every packet, on which the
 * bastion's own patience is spent.
 */
export function dialErrorLimit(timeout: number): number {
  let limit = 0;
  let pause = 0.1;
  for (let total = timeout; ; limit++) {
    total += pause + timeout;
    if (total > patience) return limit;
    pause = Math.min(pause * 1.5, 5);
  }
}
