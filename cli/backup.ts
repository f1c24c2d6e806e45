import type { Stack } from "@pulumi/pulumi/automation";

import { backupProgram } from "../components/backup";
import { etcdMembersOf } from "../components/machine";
import { dialTime, Session, silenceOf, throughBastion, withEach, type Login, type Patience } from "../components/ssh";
import { look, surveyProgram, type Asked } from "../components/survey";
import { UsageError } from "./arguments";
import type { Paint } from "./color";
import { exits } from "./commands";
import { decryptedEnvironment, loginOn } from "./machines";

/** What one member knows of etcd's backups. */
export interface BackupLook {
  readonly machine: string;
  /** The newest one; null where it knows of none. */
  readonly newest: {
    readonly at: string;
    readonly id: string;
    readonly revision: string;
    readonly keys: string;
  } | null;
  /** When one was restored apart from the cluster last; null where none was. */
  readonly verified: string | null;
  /** What is wrong, in words. */
  readonly faults: readonly string[];
}

/** Longest that a member may take, which waits for backups of others; one that dies amid it keeps nobody for good. Milliseconds. */
const longest = 3 * 3_600_000;

/** Makes a backup of etcd now, by the first member that can; the exit code. */
export async function backUpNow(stack: Stack): Promise<number> {
  const environment = await decryptedEnvironment(stack);
  const { etcd, ssh } = environment;
  if (!etcd.backup) {
    throw new UsageError(
      `stack ${stack.name} has no etcd.backup: say in it where backups go (docs/disaster-recovery.md)`,
    );
  }
  const bounds = { loginMs: dialTime(ssh), timeoutMs: longest };
  return throughBastion(ssh.bastion, 3 * bounds.loginMs, async (way) => {
    for (const member of etcdMembersOf(environment)) {
      const wrong = await backUpBy(loginOn(environment)(member), bounds, way);
      if (wrong === undefined) {
        process.stdout.write(
          "a way back needs this backup, its password, and the stack's state with its passphrase: keep pulumi stack export apart from the machines\n",
        );
        return exits.done;
      }
      process.stderr.write(`${member.name} made no backup: ${wrong}\n`);
    }
    return exits.failed;
  });
}

/** Has one member make a backup; why there is none, in words. */
async function backUpBy(login: Login, bounds: Patience, way: Session | undefined): Promise<string | undefined> {
  const session = new Session(login, bounds, way);
  try {
    const { status, output } = await session.run(`bash ${backupProgram} now`);
    if (output !== "") process.stderr.write(`${output}\n`);
    return status === 0 ? undefined : "its output is above";
  } catch (error) {
    return `it ${silenceOf(error as Error, login).silence}`;
  } finally {
    session.close();
  }
}

/** Longest wait for one member, milliseconds. */
const patience = 30_000;

/** Asks each member; one that does not answer says so as its fault. */
export async function lookAtBackups(stack: Stack): Promise<readonly BackupLook[]> {
  const environment = await decryptedEnvironment(stack);
  const members = etcdMembersOf(environment).map((config) => ({ config, login: loginOn(environment)(config) }));
  return throughBastion(environment.ssh.bastion, 10 * patience, (way) =>
    withEach(members, async ({ config: { name }, login }) =>
      lookOf(name, await look(login, surveyProgram(), way, { timeoutMs: patience })),
    ),
  );
}

function lookOf(machine: string, { answer, silence = "" }: Omit<Asked, "config">): BackupLook {
  if (!answer) {
    return { machine, newest: null, verified: null, faults: [`it was not asked for its backups: it ${silence}`] };
  }
  const { backup, verified, faults } = answer;
  return {
    machine,
    newest: backup ? { ...backup, at: timeOf(backup.at) } : null,
    verified: verified > 0 ? timeOf(verified) : null,
    faults,
  };
}

/** How the backups are: one line of the newest, and one for each fault. */
export function backupLines(looks: readonly BackupLook[], paint: Paint): readonly string[] {
  const newest = looks.flatMap(({ newest }) => newest ?? []).sort((one, other) => (one.at < other.at ? 1 : -1))[0];
  const verified = looks
    .flatMap(({ verified }) => verified ?? [])
    .sort()
    .at(-1);
  const faults = looks.flatMap(({ machine, faults }) => faults.map((fault) => `  ${machine}: ${fault}`));
  const told = newest
    ? `etcd was backed up at ${newest.at} (${newest.id.slice(0, 8)}, revision ${newest.revision}, ${newest.keys} keys of Kubernetes); ` +
      (verified === undefined ? "no backup was verified yet" : `a backup was restored to verify it at ${verified}`)
    : "no member of etcd knows of a backup yet: their timer looks within minutes, and make backup makes one now";
  return [told, ...(faults.length === 0 ? [] : [`${paint("red", "backups")}\n${faults.join("\n")}`])];
}

const timeOf = (seconds: number) => new Date(seconds * 1000).toISOString().replace(".000", "");
