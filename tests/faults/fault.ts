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

/** How often each of these faults kills `up`. */
export const kills = Number(process.env.KEELSON_KILLS ?? 5);

/**
 * Kills `up` again and again, each time when so many seconds, by chance, have passed. Where it came to its end before the last kill, what it
 * did is taken back and done anew; without a way to take it back, that was the last.
 */
export async function killedByChance(
  subject: Subject,
  random: Random,
  longest: number,
  takeBack?: () => Promise<void>,
): Promise<string> {
  const after: number[] = [];
  while (after.length < kills) {
    const seconds = random(3, longest);
    const until = Date.now() + seconds * 1000;
    if (await subject.killedWhen(() => Date.now() >= until)) after.push(seconds);
    else if (takeBack) await takeBack();
    else break;
  }
  return `killed after ${after.join(", ")} s`;
}

export const has = (subject: Subject, machine: string, script: string) =>
  subject.on(machine).attempt(script).status === 0;

/**
 * Kills kubeadm on a machine in each phase that its log names, amid one `up` after the other, until one of them ends well. The machine may be
 * made by the first.
 */
export async function killedInEachPhase(subject: Subject, machine: string, command: "init" | "join"): Promise<string> {
  let run = subject.stack.run("up");
  await within(300, () => has(subject, machine, "systemctl is-active --quiet multi-user.target"));
  const phases = apart(subject, machine, "phases", phaseKiller(command));
  for (let runs = 1; (await run).status !== 0; run = subject.stack.run("up"), runs++) {
    if (runs === 20) throw new Error(`kubeadm ${command} did not get to its end in ${runs} runs`);
  }
  subject.on(machine).run("touch /run/phases.over; until [ -e /run/phases.done ]; do sleep 0.1; done");
  const killed = phases();
  if (killed === "") throw new Error(`kubeadm ${command} was not killed on ${machine}`);
  return `killed in ${killed.replaceAll("\n", ", ")}`;
}

/** What it prints, /run/phases, is also what it remembers: each phase is killed once. */
const phaseKiller = (command: string) => `until [ -e /run/phases.over ]; do
  phase=$(grep -so '^\\[[a-z-]*\\]' /var/log/keelson-kubeadm.log | tail -n 1 | tr -d '[]')
  [ -z "$phase" ] || grep -qxF -- "$phase" /run/phases || ! pkill -KILL -f 'kubeadm ${command} --config' || echo "$phase"
  sleep 0.05
done`;

/** Takes a machine's power away amid an `up`, as soon as that is so there, and boots it. */
export async function diesAmid(subject: Subject, machine: string, happens: string): Promise<string> {
  const run = subject.stack.run("up");
  await within(300, () => has(subject, machine, happens));
  subject.kill(machine);
  const { status } = await run;
  subject.boot(machine);
  subject.on(machine).run("until systemctl is-system-running --wait >/dev/null; do sleep 0.2; done");
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
