import * as pulumi from "@pulumi/pulumi";

import { lengthsOf } from "../certificates";
import type { MachineConfig, Machine } from "../machine";
import type { Again } from "../script";
import type { Login } from "../ssh";
import { refusedBy, seenOf } from "./again";
import { askAll } from "./ask";
import { loginFor, type Asked } from "./look";
import type { SurveySettings } from "./settings";
import { newestBackupOf, nobodysOf, nodeStateOf, restoredOf, runningOf, type Restored, type Running } from "./told";
import { unwellAmong } from "./unwell";

export { driftOf, refusedBy } from "./again";
export { ClusterIdentity } from "./identity";
export { surveyProgram } from "./ask";
export { parseAnswer, type Answer } from "./answer";
export { look, loginFor, type Asked } from "./look";
export { isSilent, lastRestoreOf, leftOf, type Left, type Restored, type Running } from "./told";

/** What the machines told before anything was registered. */
export class Survey {
  constructor(
    readonly asked: readonly Asked[],
    /** Machines that are marked as lost, and answer as machines of a cluster. */
    readonly back: readonly MachineConfig[] = [],
    /** So many seconds before its end a certificate should have been renewed. @default whenever it ends */
    private readonly lastCall = 0,
  ) {}

  /** The machines, each with what it told. */
  see(machines: readonly Machine[]): readonly Machine[] {
    return machines.map((machine) => {
      const asked = this.asked.find(({ config }) => config.name === machine.name);
      if (!asked) return machine;
      const { answer, silence, refused } = asked;
      if (answer) return { ...machine, seen: seenOf(answer, nodeStateOf(this.asked, machine.name)) };
      return refused
        ? { ...machine, seen: refusedBy(`${machine.name} ${silence ?? ""}`) }
        : { ...machine, silent: true };
    });
  }

  /** What is not well in the cluster; nothing where all is, or nobody could tell. */
  get unwell(): Again | undefined {
    return unwellAmong(this.asked, this.lastCall);
  }

  /** The machines' clocks, seconds since 1970. */
  get clocks(): readonly number[] {
    return this.asked.flatMap(({ answer }) => answer?.clock ?? []);
  }

  /** First end of all certificates that machines told of, seconds since 1970; absent where none did. */
  get firstEnd(): number | undefined {
    const ends = this.asked.flatMap(({ answer }) => (answer ? [...answer.ends.values()] : []));
    return ends.length > 0 ? Math.min(...ends) : undefined;
  }

  /** Releases of Kubernetes that run, by the machines that told. */
  get running(): Running {
    return runningOf(this.asked);
  }

  /** What machines told of restores of etcd, by their names. */
  get restored(): ReadonlyMap<string, Restored> {
    return restoredOf(this.asked);
  }

  /** The newest backup of etcd that any machine knows of, in words; absent where none does. */
  get newestBackup(): string | undefined {
    return newestBackupOf(this.asked);
  }

  /** Names of machines that have nothing of any cluster on them, while others of this one have been at work in it. */
  get emptied(): readonly string[] {
    const answers = this.asked.flatMap(({ answer }) => answer ?? []);
    const joined = ({ name, ended }: { readonly name: string; readonly ended: boolean }) =>
      ended && /-(join|master)$/.test(name);
    if (!answers.some(({ scripts }) => [...scripts.values()].some(joined))) return [];
    return nobodysOf(this.asked);
  }

  /** Names of machines that an earlier release changed, which names no cluster on them. */
  get unnamed(): readonly string[] {
    return this.asked.flatMap(({ config, answer }) => (answer?.owner === "-" ? [config.name] : []));
  }
}

/**
 * Asks every machine that is there, all at the same time, what it remembers and how it is: in previews as well. Nothing is
 * changed on any, and one that does not answer is named, and no more.
 */
export async function takeSurvey(
  environment: SurveySettings,
  /** How to log in on a machine; nothing for one that is not there. @default as the stack says */
  loginOf: (name: string) => Login | undefined = (name) => loginFor(environment, name),
): Promise<Survey> {
  if (environment.survey === "off") return new Survey([]);
  const machines = [...environment.machines, ...environment.lost].flatMap((config) => {
    const login = loginOf(config.name);
    return login ? [{ config, login }] : [];
  });
  if (machines.length === 0) return new Survey([]);
  const first = await askAll(machines, environment, 1);
  // What a run does not see of a machine, it leaves undone there.
  const isOneMore = ({ config, answer, refused }: Asked) => answer === undefined && refused !== true && !config.lost;
  const left = pulumi.runtime.isDryRun() ? [] : first.filter(isOneMore).map(({ config }) => config);
  const second = await askAll(
    machines.filter(({ config }) => left.includes(config)),
    environment,
    2,
  );
  const all = [...first.filter(({ config }) => !left.includes(config)), ...second];
  return told(all, lengthsOf(environment).lastCall);
}

/** Names those that do not answer, and those that should not. */
async function told(all: readonly Asked[], lastCall: number): Promise<Survey> {
  const asked = all.filter(({ config }) => !config.lost);
  for (const { config, silence } of asked) {
    if (silence !== undefined) await pulumi.log.info(`${config.name}: could not be surveyed: it ${silence}`);
  }
  // One from which everything was taken is nobody's.
  const back = all.flatMap(({ config, answer }) => (config.lost && answer?.owner !== undefined ? [config] : []));
  for (const { name, roles } of back) {
    const able = roles.includes("master")
      ? "it has the keys of the cluster's authorities, and by them it can do everything"
      : "its pods may be at work there";
    // What a preview tells, and a run, is what is said in this way.
    await pulumi.log.info(
      `${name}: is marked as lost, but answers: ${able}. Switch it off, or remove everything from it with sudo bash /var/lib/keelson/undo there`,
    );
  }
  return new Survey(asked, back, lastCall);
}
