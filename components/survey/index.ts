import { readFileSync } from "node:fs";
import { join } from "node:path";

import * as pulumi from "@pulumi/pulumi";

import { lengthsOf } from "../certificates";
import type { SurveySettings } from "./settings";
import type { MachineConfig, Machine } from "../machine";
import { type SshLogin, Session, wordsFor, type Login } from "../ssh";
import { composeLook, type Again } from "../script";
import { seenOf } from "./again";
import { unwellAmong } from "./unwell";
import { parseAnswer, type Answer } from "./answer";

export { ClusterIdentity } from "./identity";
export type { Answer } from "./answer";

/** What became of one machine that was asked. */
export interface Asked {
  readonly config: MachineConfig;
  readonly answer?: Answer;
  /** Why there is no answer, in plain words. */
  readonly silence?: string;
  /** It answers, and lets nobody in. @default false */
  readonly refused?: boolean;
}

/** Machines that are asked at once. */
const atOnce = 50;
/** Longest wait for one machine, milliseconds. */
const patience = 5000;

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
      if (answer) return { ...machine, seen: seenOf(answer) };
      return refused
        ? {
            ...machine,
            seen: { again: () => undefined, follows: () => undefined, refused: `${machine.name} ${silence ?? ""}` },
          }
        : machine;
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

  /** Names of machines that an earlier release changed, which names no cluster on them. */
  get unnamed(): readonly string[] {
    return this.asked.flatMap(({ config, answer }) => (answer?.owner === "-" ? [config.name] : []));
  }
}

/**
 * Asks every machine that is there, once, all at the same time, what it remembers and how it is: in previews as well. Nothing is
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
  const { bastion } = environment.ssh;
  const way = bastion ? new Session(sshLogin(bastion), { timeoutMs: 10 * patience }) : undefined;
  const program = composeLook(readFileSync(join(__dirname, "survey.sh"), "utf8"), { NGINX: nginxUrl(environment) });
  const left = [...machines];
  const all: Asked[] = [];
  const askOne = async (): Promise<void> => {
    for (let machine = left.shift(); machine; machine = left.shift()) {
      all.push({ config: machine.config, ...(await look(machine.login, program, way)) });
    }
  };
  await Promise.all(Array.from({ length: atOnce }, askOne));
  way?.close();
  return told(all, lengthsOf(environment).lastCall);
}

/** Names those that do not answer, and those that should not. */
async function told(all: readonly Asked[], lastCall: number): Promise<Survey> {
  const asked = all.filter(({ config }) => !config.lost);
  for (const { config, silence } of asked) {
    if (silence !== undefined) await pulumi.log.info(`${config.name}: was not asked how it is: it ${silence}`);
  }
  // One from which everything was taken is nobody's.
  const back = all.flatMap(({ config, answer }) => (config.lost && answer?.owner !== undefined ? [config] : []));
  for (const { name, roles } of back) {
    const able = roles.includes("master")
      ? "it has the keys of the cluster's authorities, and by them it can do everything"
      : "its pods may be at work there";
    // What a preview tells, and a run, is what is said in this way.
    await pulumi.log.info(
      `${name}: is marked as lost, and answers: ${able}. Switch it off, or take everything off it with sudo bash /var/lib/keelson/undo there`,
    );
  }
  return new Survey(asked, back, lastCall);
}

async function look(login: Login, program: string, way: Session | undefined): Promise<Omit<Asked, "config">> {
  let session: Session | undefined;
  try {
    session = new Session(login, { timeoutMs: patience }, way);
    const { status, output } = await session.run("bash -s", program);
    const answer = parseAnswer(output);
    return answer ? { answer } : { silence: `ended the look at it with status ${status}: ${lastLine(output)}` };
  } catch (error) {
    return silenceOf(error as NodeJS.ErrnoException, login);
  } finally {
    session?.close();
  }
}

/** Why a machine gave no answer, in words that go on after its name. */
export function silenceOf(error: NodeJS.ErrnoException, { user }: Login): Omit<Asked, "config"> {
  if (/authentication methods failed/i.test(error.message)) {
    return {
      silence: `refuses the login of ${user}: see ssh.user, and whether the public half of ssh.privateKeyFile stands in its authorized_keys`,
      refused: true,
    };
  }
  if (/verification failed|no matching host key/i.test(error.message)) {
    return { silence: "shows another host key than the one in its line" };
  }
  return { silence: `does not answer (${wordsFor(error)})` };
}

function loginFor({ machines, lost }: SurveySettings, name: string): Login | undefined {
  const machine = [...machines, ...lost].find((machine) => machine.name === name);
  return machine && sshLogin(machine.ssh);
}

function sshLogin({ host, port, user, privateKeyFile, passphrase, hostKey }: SshLogin): Login {
  return {
    ...{ host, port, user, hostKey, passphrase: passphrase?.reveal() },
    ...(privateKeyFile === undefined ? {} : { privateKey: readFileSync(privateKeyFile, "utf8") }),
  };
}

function nginxUrl({ workloads, machines }: SurveySettings): string {
  const master = machines.find(({ roles }) => roles.includes("master"));
  return workloads.enabled && workloads.nginx.replicas > 0 && master
    ? `http://${master.address}:${workloads.nginx.nodePort}`
    : "";
}

const lastLine = (text: string) => text.split("\n").at(-1) ?? "";
