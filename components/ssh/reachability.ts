import { connect } from "node:net";
import { setTimeout as sleep } from "node:timers/promises";

import { anotherKey } from "./hostKey";

/** An SSH server that is dialled first on the way to a machine. */
export interface FirstHop {
  /** The machine's name, or `bastionName`. */
  readonly name: string;
  /** A DNS name or an IPv4 address. */
  readonly host: string;
  readonly port: number;
  /** The public key that it is known by, "ssh-ed25519 AAAA...". @default any will do */
  readonly hostKey?: string;
}

/** What the bastion is called beside the machines' names, which are DNS labels. */
export const bastionName = "the bastion";

/** A machine that does not answer, or as another than the one it is known as; or the bastion before all of them. */
export interface Unreachable {
  /** The machine's name, or `bastionName`. */
  readonly name: string;
  /** "HOST:PORT". */
  readonly where: string;
  /** What was found, in plain words. */
  readonly why: string;
  /** It answers, and proves to be another. @default false */
  readonly isAnother?: boolean;
}

/** How long one attempt to connect may take at least, milliseconds: a connection that is slow to come is given more by the stack. */
export const dialTime = ({ connectTimeout }: { readonly connectTimeout: number }): number =>
  Math.max(5000, 1000 * connectTimeout);

/** How patiently machines are asked. */
export interface Patience {
  /** Longest wait for one answer, milliseconds. @default 5000 */
  readonly timeoutMs?: number;
  /** How often a machine is asked before it counts as one that does not answer. @default 3 */
  readonly attempts?: number;
}

/** All that one question after every machine may take, however patient it is meant to be, milliseconds. */
const longest = 30_000;
/** Between two attempts, milliseconds. */
const pause = 500;
/** What an SSH server may say before its version: more than that is another program's talk. Source: RFC 4253, 4.2. */
const longestGreeting = 8192;

/**
 * Asks at once wherever the way to a machine begins whether an SSH server answers, and with the key that it is known by, without
 * logging in. Gives those that do not; several machines behind one bastion are one question.
 */
export async function unreachable(
  hops: readonly FirstHop[],
  { timeoutMs = 5000, attempts = 3 }: Patience = {},
): Promise<readonly Unreachable[]> {
  const deadline = Date.now() + longest;
  const distinct = new Map(hops.map((hop) => [`${hop.name} ${hop.host}:${hop.port}`, hop]));
  const left = () => Math.max(1, Math.min(timeoutMs, deadline - Date.now()));
  const asked = [...distinct.values()].map(async (hop) => {
    const place = { name: hop.name, where: `${hop.host}:${hop.port}` };
    const silence = await patiently(hop, left, attempts, deadline);
    if (silence !== undefined) return [{ ...place, why: silence }];
    const { hostKey } = hop;
    const why = hostKey === undefined ? undefined : await anotherKey({ ...hop, hostKey }, left());
    return why === undefined ? [] : [{ ...place, why, isAnother: true }];
  });
  return (await Promise.all(asked)).flat();
}

/** Names all that do not answer as they should, each with what was found, and the way out. */
export function unreachableMessage(found: readonly Unreachable[]): string {
  const silent = found.filter(({ isAnother }) => !isAnother);
  const others = found.filter(({ isAnother }) => isAnother);
  return [
    ...(silent.length > 0 ? [silenceMessage(silent)] : []),
    ...(others.length > 0 ? [othersMessage(others)] : []),
  ].join("\n");
}

function othersMessage(found: readonly Unreachable[]): string {
  const lines = linesOf(found);
  const [one, place] = found.some(({ name }) => name === bastionName)
    ? ["the bastion", "ssh.bastion"]
    : [found.length === 1 ? "1 machine" : `${found.length} machines`, "machines"];
  return `host key mismatch: ${one} shows another host key, and nothing was run there:${lines}\nif you rebuilt it, correct its hostKey under ${place} to the one it shows; if not, something else answers in its place`;
}

function silenceMessage(found: readonly Unreachable[]): string {
  const lines = linesOf(found);
  if (found.some(({ name }) => name === bastionName)) {
    return `${bastionName} does not answer:${lines}\nno machine is reached without it: start it, or correct ssh.bastion`;
  }
  const [who, does] = found.length === 1 ? ["1 machine", "does"] : [`${found.length} machines`, "do"];
  return `${who} ${does} not answer:${lines}\n${wayOut(found)}`;
}

/** Machines that take the connection, or refuse it, are there: nobody is advised to give one of them up. */
function wayOut(found: readonly Unreachable[]): string {
  const isThere = ({ why }: Unreachable): boolean => /^(takes|closes|answers|(the )?connection)/.test(why);
  const there = found.filter(isThere).map(({ name }) => name);
  const [them, their] = found.length === 1 ? ["it", "its address"] : ["them", "their addresses"];
  const one = found.length === 1 ? "it" : "one";
  return [
    ...(there.length < found.length
      ? [
          `start ${them}, correct ${their} under machines, or mark ${one} \`lost: true\` under machines to remove it from the cluster`,
        ]
      : []),
    ...(there.length > 0
      ? [
          `${there.join(", ")}: something answers at the address, so the machine is not lost; see the port, whether sshd runs there, and whether it or a firewall limits logins (MaxStartups, fail2ban; journalctl -u ssh)`,
        ]
      : []),
  ].join("\n");
}

function linesOf(found: readonly Unreachable[]): string {
  return found.map(({ name, where, why }) => `\n  ${name} (${where}): ${why}`).join("");
}

/** Why the last attempt failed; undefined as soon as one succeeds. */
async function patiently(
  hop: FirstHop,
  timeoutMs: () => number,
  attempts: number,
  deadline: number,
): Promise<string | undefined> {
  for (let attempt = 1; ; attempt++) {
    const why = await ask(hop, timeoutMs());
    if (why === undefined || attempt >= attempts || Date.now() + pause >= deadline) return why;
    await sleep(pause);
  }
}

/** One attempt: undefined where an SSH server answers, else what was found instead. */
function ask({ host, port }: FirstHop, timeoutMs: number): Promise<string | undefined> {
  return new Promise((resolve) => {
    let said = "";
    let connected = false;
    const socket = connect({ host, port });
    const end = (why: string | undefined): void => {
      clearTimeout(timer);
      socket.destroy();
      resolve(why);
    };
    // Not the socket's own timer, which begins anew with every byte.
    const timer = setTimeout(() => end(silence(connected, said, timeoutMs)), timeoutMs);
    socket.on("connect", () => (connected = true));
    socket.on("data", (data) => {
      said += data.toString("latin1");
      // A line that has come whole: a piece may end anywhere.
      const version = /^(SSH-.*)\r?\n/m.exec(said)?.[1];
      if (version !== undefined) {
        end(isCurrent(version) ? undefined : `answers, but with SSH protocol 1 only (${shown(version)})`);
      } else if (said.length > longestGreeting) end(notSsh(said));
    });
    socket.on("error", (error: NodeJS.ErrnoException) => end(wordsFor(error)));
    socket.on("close", () => end(said === "" ? "closes the connection before the SSH banner" : notSsh(said)));
  });
}

/** Version 2, or a server that speaks both. Source: RFC 4253, section 5.1. */
function isCurrent(version: string): boolean {
  return /^SSH-(2\.0|1\.99)-/.test(version);
}

function silence(connected: boolean, said: string, timeoutMs: number): string {
  if (said !== "") return notSsh(said);
  const time = `${timeoutMs / 1000} s`;
  return connected
    ? `takes the connection, but sends no SSH banner within ${time}`
    : `no answer within ${time} (ETIMEDOUT)`;
}

function notSsh(said: string): string {
  return `answers, but not as an SSH server (${shown(said)})`;
}

/** The first line of what a stranger says, as far as it may be printed. */
function shown(said: string): string {
  const [line = ""] = said.split(/\r?\n/);
  return JSON.stringify(line.length > 60 ? `${line.slice(0, 57)}...` : line);
}

/** What a bastion's sshd says of machines that it does not reach. Source: glibc, strerror and gai_strerror. */
const throughOthers: Readonly<Record<string, string>> = {
  "connection refused": "ECONNREFUSED",
  "no route to host": "EHOSTUNREACH",
  "network is unreachable": "ENETUNREACH",
  "connection timed out": "ETIMEDOUT",
  "name or service not known": "ENOTFOUND",
  "temporary failure in name resolution": "EAI_AGAIN",
};

/** What a connection failed of, in plain words. */
export function wordsFor({ code, message }: NodeJS.ErrnoException): string {
  const words: Readonly<Record<string, string>> = {
    ECONNREFUSED: "connection refused (ECONNREFUSED): nothing listens there",
    ECONNRESET: "connection reset (ECONNRESET) before the SSH banner",
    ENOTFOUND: "its name does not resolve (ENOTFOUND)",
    EAI_AGAIN: "its name does not resolve (EAI_AGAIN): no name server answers",
    EHOSTUNREACH: "no route to host (EHOSTUNREACH): nobody on its network has this address",
    ENETUNREACH: "no route to its network (ENETUNREACH)",
    ETIMEDOUT: "no answer (ETIMEDOUT)",
  };
  const [, said] = /Channel open failure: (.*)$/s.exec(message) ?? [];
  if (said === undefined) return words[code ?? ""] ?? message;
  return (
    words[throughOthers[said.toLowerCase()] ?? ""] ?? `the bastion does not reach it${said === "" ? "" : ` (${said})`}`
  );
}
