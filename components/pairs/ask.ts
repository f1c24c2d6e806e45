import { randomBytes } from "node:crypto";
import { readFileSync } from "node:fs";
import { join } from "node:path";

import type { Environment } from "../environment";
import type { MachineConfig } from "../machine";
import { wrapping } from "../network/settings";
import { dialTime, isForNow, Session, throughBastion, unreachable, withEach, type Login } from "../ssh";
import { judgePair, parseFacts, targetOf, type MachineTold, type Tried } from "./told";
import type { Pair } from "./wanted";

export interface TryArgs {
  readonly environment: Pick<Environment, "ssh" | "flannel">;
  readonly pairs: readonly Pair[];
  /** How to log in on a machine. */
  readonly login: (machine: MachineConfig) => Login;
  /** Machines that told of themselves moments ago: they are not dialled first to see whether they answer. @default none */
  readonly answered?: ReadonlySet<string>;
}

/** Longest that all of it may take on one machine, milliseconds. */
const patience = 90_000;

const textOf = (file: string) => readFileSync(join(__dirname, file), "utf8");

/** One machine while it listens. */
interface Station {
  readonly machine: MachineConfig;
  readonly session: Session;
  readonly told: MachineTold;
}

/**
 * All machines listen where others will call them, then each calls, then all tell what they heard. Every machine has one login, and
 * nothing is written on any.
 */
export async function tryPairs({ environment, pairs, login, answered }: TryArgs): Promise<Tried> {
  const machines = [...new Set(pairs.flatMap(({ from, to }) => [from, to]))];
  const { bastion } = environment.ssh;
  const unknown = machines.filter(({ name }) => answered?.has(name) !== true);
  const hops = unknown.map((machine) => ({ name: machine.name, ...login(machine) }));
  // Machines that were only just started may take a while to answer.
  const silent = bastion ? [] : await unreachable(hops, { timeoutMs: dialTime(environment.ssh), attempts: 40 });
  const untried = new Map(silent.map(({ name, why }) => [name, why]));
  const mute = new Map<string, string>();
  const there = machines.filter(({ name }) => !untried.has(name));
  const nonce = randomBytes(8).toString("hex");
  return throughBastion(bastion, patience, async (way) => {
    const stations: Station[] = [];
    try {
      await withEach(there, async (machine) => {
        const session = new Session(login(machine), { timeoutMs: patience }, way);
        try {
          const told = await station(machine, session, nonce, pairs);
          stations.push({ machine, session, told });
        } catch (error) {
          session.close();
          const why = error as Error;
          // One that is away by now is left to its scripts, which wait for it.
          const isThere = session.said !== undefined || (answered?.has(machine.name) === true && !isForNow(why));
          (isThere ? mute : untried).set(machine.name, why.message);
        }
      });
      const asked = await each(stations, untried, (one) => called(one, nonce, pairs, environment));
      const heard = await each(stations, untried, ({ session }) => perl(session, `call ${nonce} end`));
      return {
        machines: new Map(stations.map(({ machine, told }) => [machine.name, told])),
        untried,
        mute,
        pairs: pairs
          .filter(({ from, to }) => asked.has(from.name) && heard.has(to.name))
          .map((pair) => judgePair(pair, asked.get(pair.from.name) ?? "", heard.get(pair.to.name) ?? "")),
      };
    } finally {
      stations.forEach(({ session }) => session.close());
    }
  });
}

/** Begins to listen, and tells of itself. Throws where it cannot. */
async function station(
  machine: MachineConfig,
  session: Session,
  nonce: string,
  pairs: readonly Pair[],
): Promise<MachineTold> {
  const own = pairs.filter(({ to }) => to === machine);
  const ports = [...new Set(own.flatMap(({ kind, port }) => (kind === "tcp" ? [port] : [])))];
  const udp = own.find(({ kind }) => kind === "udp")?.port ?? 0;
  const vrrp = own.some(({ kind }) => kind === "vrrp") ? 1 : 0;
  const listening = perl(session, `listen ${nonce} ${machine.address} ${udp} ${vrrp} ${ports.join(" ")}`);
  const ended = listening.then((words) => Promise.reject(new Error(words)));
  ended.catch(() => undefined);
  const word = await Promise.race([perl(session, `call ${nonce} ready`), ended]);
  // sudo, or a login's own greeting, may have had a word before.
  if (!/^ready$/m.test(word)) throw new Error(`it does not listen, and says "${word}"`);
  const { output } = await session.run("bash -s", textOf("facts.sh"));
  const told = parseFacts(output, Date.now() / 1000);
  if (!told) throw new Error(output.split("\n").at(-1));
  return told;
}

async function called(
  { machine, session }: Station,
  nonce: string,
  pairs: readonly Pair[],
  { flannel }: Pick<Environment, "flannel">,
): Promise<string> {
  const targets = pairs.filter(({ from }) => from === machine).map(targetOf);
  const size = flannel.mtu === undefined ? 0 : flannel.mtu + wrapping;
  const said = await perl(session, `ask ${nonce} ${machine.name} ${size} ${targets.join(" ")}`);
  if (!/^asked$/m.test(said)) throw new Error("it did not try all its targets");
  return said;
}

/** What a program says that ended well; throws its words where it did not. */
async function perl(session: Session, words: string): Promise<string> {
  const { status, output } = await session.run(`perl - ${words}`, textOf("pairs.pl"));
  if (status !== 0) throw new Error(output === "" ? `perl ended with ${status}` : output);
  return output;
}

async function each(
  stations: readonly Station[],
  untried: Map<string, string>,
  action: (one: Station) => Promise<string>,
): Promise<ReadonlyMap<string, string>> {
  const all = await withEach(stations, async (one) => {
    try {
      return [[one.machine.name, await action(one)] as const];
    } catch (error) {
      untried.set(one.machine.name, error instanceof Error ? error.message : String(error));
      return [];
    }
  });
  return new Map(all.flat());
}
