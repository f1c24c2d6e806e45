import type { Consequence } from "./consequences";
import { having, leaving, listed, type Topology } from "./topology";

const setting = "kubernetes.security.encryption";
const flag = "kubernetes.apiServer.extraArgs.encryption-provider-config";

/** What is encrypted can be read by those who know the key. */
export function encryptionRefusals(before: Topology, after: Topology): readonly string[] {
  return [...ownFile(before, after), ...numbers(before, after), ...masters(before, after)];
}

function ownFile(before: Topology, after: Topology): readonly string[] {
  if (before.encrypts === true && after.encrypts === false) {
    return [
      `${flag} would be taken out, and the API could not read the Secrets that are encrypted. ` +
        'The way: set it back; to decrypt them, let "identity" be the first provider of its file, run up, and write all Secrets again',
    ];
  }
  if (before.encryption?.provider !== "secretbox" || after.encrypts !== true) return [];
  return [
    `${flag} would take the place of ${setting}, and the API could not read the Secrets that are encrypted. ` +
      `The safe order: 1. set ${setting}.provider to identity, and run up; 2. set the flag, and run up`,
  ];
}

/** Secrets that the key before has encrypted are read by it, and the state would lose it. */
function numbers({ encryption: before }: Topology, { encryption: after }: Topology): readonly string[] {
  if (!before || !after) return [];
  const change = `${setting}.generation is ${before.generation} and cannot become ${after.generation}`;
  const next = before.generation + 1;
  if (after.generation > next) {
    return [`${change}: it counts keys, and is kept for good. The way: use the next number, ${next}`];
  }
  if (after.generation >= before.generation) return [];
  return [
    `${change}: the state would lose a key, and Secrets or backups may be by it. The way: leave it, or use the next number, ${next}`,
  ];
}

/** A master that leaves serves until all else is done, and is told of no other key. */
function masters(before: Topology, after: Topology): readonly string[] {
  const gone = leaving(before, after).filter(({ roles }) => roles.includes("master"));
  if (gone.length === 0 || !changes(before, after)) return [];
  const names = listed(gone.map(({ name }) => name));
  return [
    `${setting} would change, and ${names} would leave, in the same change. The safe order: one of them, and run up; then the other`,
  ];
}

function changes({ encryption: before }: Topology, { encryption: after }: Topology): boolean {
  return after !== undefined && writerOf(before) !== writerOf(after);
}

/** "1" for the key 1; "" where nothing is encrypted, as in earlier releases. */
function writerOf(encryption: Topology["encryption"]): string {
  return encryption?.provider === "secretbox" ? String(encryption.generation) : "";
}

/** What becomes of Secrets in etcd. */
export function encryptionConsequences(before: Topology, after: Topology): readonly Consequence[] {
  if (having(before, "master").length === 0) return [];
  const { encryption: old } = before;
  const { encryption: now } = after;
  if (!now) return [];
  const [from, to] = [writerOf(old), writerOf(now)];
  const servers = old
    ? "No API server restarts: each reads its file again within a minute"
    : "Each API server restarts once for its flag, one master after the other";
  if (from === to) return old ? [] : [{ subject: "Secrets", text: `stay as they are in etcd. ${servers}` }];
  const what =
    to === ""
      ? `are decrypted in etcd: all are written again without the key ${from}`
      : from === ""
        ? `are encrypted in etcd with the key ${to}, which the state has: all are written again`
        : `are encrypted in etcd with the key ${to} in place of ${from}: all are written again, then the servers forget ${from}, and the state keeps it for backups`;
  const backups = "A backup of before is as etcd was then";
  return [{ subject: "Secrets", text: `${what}. ${servers}. ${backups}` }];
}
