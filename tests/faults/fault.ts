import { setTimeout as sleep } from "node:timers/promises";

import { within } from "../support/stack";
import type { Subject } from "./subject";

/** Something that people report, and what is to come of it. */
export interface Fault {
  readonly name: string;
  /** By itself, or by so many runs of `up`. */
  readonly expected: "heals by itself" | "one up";
  /** Does it, and ends when it is over; what is worth saying of it. It throws where nothing was done to the cluster. */
  readonly inject: (subject: Subject, random: Random) => Promise<string | undefined>;
}

/** A whole number from one to another, both in it. */
export type Random = (from: number, to: number) => number;

/** Kills `up` again and again, each time when so many seconds, by chance, have passed. */
export async function killedByChance(
  subject: Subject,
  random: Random,
  times: number,
  longest: number,
): Promise<string> {
  const after: number[] = [];
  for (let kill = 0; kill < times; kill++) {
    const seconds = random(3, longest);
    const until = Date.now() + seconds * 1000;
    if (!(await subject.killedWhen(() => Date.now() >= until))) break;
    after.push(seconds);
  }
  return `killed after ${after.join(", ")} s`;
}

export const has = (subject: Subject, machine: string, script: string) =>
  subject.on(machine).attempt(script).status === 0;

/** Kills a program on a machine amid an `up` as soon as it runs there. */
export async function killedThere(subject: Subject, machine: string, program: string): Promise<string> {
  const run = subject.stack.run("up");
  await within(300, () => has(subject, machine, `pkill -KILL -f '${program}'`));
  const { status } = await run;
  return `that run ended with ${String(status)}`;
}

/** Has every packet of the cluster's network dropped on a machine for so many seconds. */
export async function cutOff(subject: Subject, machine: string, seconds: number): Promise<void> {
  const rules = ["INPUT -i", "OUTPUT -o"].map((chain) => `${chain} eth0 -j DROP`);
  const each = (verb: string) => rules.map((rule) => `iptables -w -${verb} ${rule}`).join("; ");
  subject.on(machine).run(each("I"));
  await sleep(seconds * 1000);
  subject.on(machine).run(each("D"));
}

/** A run of `up` that a fault ends, which has to say why. */
export async function upThat(subject: Subject, why: RegExp): Promise<string> {
  const { status, output } = await subject.stack.run("up");
  if (status === 0) throw new Error("the run of up ended with 0");
  const said = why.exec(output)?.[0].trim().slice(0, 90);
  return `that run ended with ${String(status)}: ${said ?? "it does not say why"}`;
}

/** Has a machine do that apart from whoever asks, as soon as it can. Gives how to ask what it printed; that throws where it never could. */
export function apart(subject: Subject, machine: string, name: string, script: string): () => string {
  const [file, on] = [`/run/${name}`, subject.on(machine)];
  on.feed(`rm -f ${file}.done; cat >${file}.sh`, Buffer.from(script));
  on.run(`systemd-run --quiet --collect bash -c 'bash ${file}.sh >${file} && mv ${file} ${file}.done'`);
  return () => {
    const { status, stdout } = on.attempt(`cat ${file}.done`);
    if (status !== 0) throw new Error(`there was nothing to do for the ${name} on ${machine}`);
    return stdout.trim();
  };
}
