import { readFileSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { gzipSync } from "node:zlib";

import * as pulumi from "@pulumi/pulumi";

import {
  anotherKeyWords,
  BastionError,
  isForNow,
  kindOf,
  Session,
  silenceOf,
  unreachableMessage,
  wordsFor,
  type Login,
} from "../ssh";
import { quote } from "./compose";
import { shortDigest } from "./digest";
import { handedDirectory, takingFile, textsDirectory, type Text } from "./texts";

/** How long a machine that takes no login now is asked again, and between two attempts, milliseconds. */
const [patience, pause] = [60_000, 4000];

/** Longest wait for a login, and for what comes after it, milliseconds: a machine at the limit of its processors is slow, and there. */
const bounds = { loginMs: 30_000, timeoutMs: 60_000 };

/** Tells which texts are there, whole; by one program for all of them. Secrets of runs that never came go. */
const asking = `find ${handedDirectory} -type f -mmin +30 -delete 2>/dev/null
cd ${textsDirectory} 2>/dev/null || exit 0
sha256sum ../take 2>/dev/null | cut -c 1-16
sha256sum -- * 2>/dev/null | while read -r sum text; do [[ $sum != "$text"* ]] || printf '%s\\n' "$text"; done
`;

const take = readFileSync(join(__dirname, "take.sh"), "utf8");

/** The line that writes a text beside where it belongs. */
const written = (file: string, text: string) => `printf '%s' ${quote(text)} >"$new/${file}"\n`;

/** Lines that write texts into the directory, each at once and whole. */
const placed = (texts: readonly Text[]) => `new=.new-$$
mkdir -p "$new"
${texts.map(({ digest, text }) => written(digest, text)).join("")}[ -z "$(ls "$new")" ] || mv -f "$new"/* .
`;

/** A program that puts texts there, and last the way to take them. What a run that was killed has left goes, and not what another one writes. */
function placing(texts: readonly Text[]): string {
  return whole(`mkdir -p ${textsDirectory}
cd ${textsDirectory}
find . -maxdepth 1 -name '.new*' -mmin +10 -exec rm -rf {} +
${placed(texts)}${written("take", take)}mv -f "$new/take" ${takingFile}
rmdir "$new"
`);
}

/** A program that puts secrets there, and nothing else: those of a run that never came go. */
function handing(script: string, secrets: readonly Text[]): string {
  const directory = quote(`${handedDirectory}/${script}`);
  return whole(`rm -rf ${directory}
mkdir -p ${directory}
cd ${directory}
${placed(secrets)}rmdir "$new"
`);
}

/** A program of which nothing runs where it is cut off. */
const whole = (program: string) => `{\nset -eu\numask 077\n${program}}\n`;

/** A machine, and what it is to have. */
export interface Equipment {
  /** What the machine is called. */
  readonly name: string;
  readonly login: Login;
  readonly texts: readonly Text[];
}

/** How the machine is come to: by the way of a bastion's session, which is another one for each attempt, or straight. */
export type Through = (action: (way?: Session) => Promise<void>) => Promise<void>;
const straight: Through = (action) => action();

/**
 * Sees to it that a machine has the texts of all programs that it may be sent, in one login. One that takes no login now, because it
 * starts, or limits how many come from one address, is named, and asked again for a minute.
 */
export async function equip({ name, login, texts }: Equipment, through = straight): Promise<void> {
  await loggedIn({ name, login, sent: "the parts of its scripts" }, through, (session) => send(session, texts));
}

/**
 * Hands a machine the secrets of a script's next run, each in a file that its digest names: in memory, and root's alone. The run takes
 * them from there.
 */
export async function hand({ name, login, texts }: Equipment, script: string, through = straight): Promise<void> {
  await loggedIn({ name, login, sent: `the secrets of ${script}` }, through, (session) =>
    put(session, handing(script, texts), `${handedDirectory}/${script}`),
  );
}

/** Whom something is sent in one login, and what. */
interface Delivery extends Omit<Equipment, "texts"> {
  readonly sent: string;
}

async function loggedIn(
  delivery: Delivery,
  through: Through,
  action: (session: Session) => Promise<void>,
): Promise<void> {
  const deadline = Date.now() + patience;
  const last = { isIn: false };
  const attempt = async (way?: Session): Promise<void> => {
    const session = new Session(delivery.login, bounds, way);
    try {
      await action(session);
    } finally {
      last.isIn = session.said !== undefined;
      session.close();
    }
  };
  for (let told = false; ; told = true) {
    try {
      await through(attempt);
      return;
    } catch (error) {
      const why = error as NodeJS.ErrnoException;
      if (!isForNow(why) || Date.now() + pause > deadline) {
        throw new Error(last.isIn ? unsent(delivery, why) : notReached(delivery, why), { cause: error });
      }
      const words = `${delivery.name} takes no login now: ${wordsFor(why)}. Retrying for ${patience / 1000} s`;
      if (!told) void pulumi.log.info(words);
    }
    await sleep(pause);
  }
}

const unsent = ({ name, login: { host, port }, sent }: Delivery, why: Error): string =>
  `${name} (${host}:${port}) cannot be sent ${sent}: ${wordsFor(why)}`;

/** Why nobody was let in, with the way out, as whoever dials a machine straight is told. */
function notReached(delivery: Delivery, why: Error): string {
  const { name, login } = delivery;
  const [where, kind] = [`${login.host}:${login.port}`, kindOf(why)];
  if (why instanceof BastionError || kind === "refused") return `${name} (${where}) ${silenceOf(why, login).silence}`;
  if (kind === "another") return unreachableMessage([{ name, where, why: anotherKeyWords, isAnother: true }]);
  return kind === "silent" ? unreachableMessage([{ name, where, why: wordsFor(why) }]) : unsent(delivery, why);
}

async function send(session: Session, texts: readonly Text[]): Promise<void> {
  const { status, output } = await session.run("bash -s", asking);
  if (status !== 0) throw new Error(`it did not list its scripts' parts in ${textsDirectory}: ${output}`);
  const there = new Set(output.split("\n"));
  const missing = texts.filter(({ digest }) => !there.has(digest));
  if (missing.length === 0 && there.has(shortDigest(take))) return;
  await put(session, placing(missing), textsDirectory);
}

async function put(session: Session, program: string, directory: string): Promise<void> {
  const { status, output } = await session.run("sh -c 'gunzip | bash -s'", gzipSync(program));
  if (status !== 0) throw new Error(`it could not write to ${directory}: ${output}`);
}
