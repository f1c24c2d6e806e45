import * as pulumi from "@pulumi/pulumi";

import { providersScript, providersValues, type EncryptionSettings } from "../encryption";
import type { EtcdConfig } from "../etcd/settings";
import { clientUrl, initialCluster, peerUrl } from "../etcd";
import { etcdMembersOf, mastersOf, named, type Machine } from "../machine";
import { HostScript, stepOn, type Effects, type Step } from "../script";
import { lastRestoreOf, refusedBy, type Restored } from "../survey";
import type { BackupSettings } from ".";
import { earlierMarks, repositoryScripts, repositoryValues, restoreScript } from "./scripts";
import type { RestoreConfig } from "./settings";
import { chooseStep, fetchStep, haltStep, resumeStep, startStep, swapStep } from "./step";

export interface RestoreArgs {
  /** All machines, those with a member having what reads backups. */
  readonly machines: readonly Machine[];
  readonly environment: BackupSettings & EncryptionSettings & { readonly etcd: EtcdConfig };
  /** What the cluster is known by on its machines, "ID STACK". */
  readonly identity: pulumi.Output<string>;
  /** What machines told, by their names. */
  readonly told: ReadonlyMap<string, Restored>;
  /** The newest backup that a machine knows of, in words. @default none told */
  readonly newest?: string;
  /** What Secrets are encrypted with in etcd, now and before. */
  readonly keys: pulumi.Output<string>;
}

/** etcd is set back to a backup where the stack asks for that; its members start on it, and everything else goes on after them. */
export class Restore extends pulumi.ComponentResource {
  /** All machines, members and masters waiting until what is to start is in place. */
  readonly machines: readonly Machine[];
  private readonly wanted?: RestoreConfig;
  private readonly members: readonly Machine[];
  private readonly chosen?: HostScript;

  constructor(
    name: string,
    private readonly args: RestoreArgs,
    opts?: pulumi.ComponentResourceOptions,
  ) {
    super("keelson:backup:Restore", name, {}, opts);
    const { machines, environment } = args;
    this.wanted = environment.etcd.restore;
    this.members = this.wanted ? named(etcdMembersOf(environment), machines) : [];
    const [first] = this.members;
    if (first) this.chosen = this.stage(first, chooseStep, "choose", []);
    this.machines = this.chosen ? this.setBack(this.chosen) : machines;
    this.registerOutputs({});
  }

  /** Members have the backup, then API servers end, then members stop and change their data, then they start. */
  private setBack(chosen: HostScript): readonly Machine[] {
    const { machines, environment } = this.args;
    const masters = named(mastersOf(environment), machines);
    const fetched = this.members.map((machine) => this.stage(machine, fetchStep, "fetch", [chosen]));
    const halted = masters.map((machine) => this.stage(machine, haltStep, "halt", fetched));
    const swapped = this.members.map((machine) => this.stage(machine, swapStep, "swap", halted));
    const started = this.members.map((machine) => this.stage(machine, startStep, "start", swapped));
    return machines.map((machine) => ({ ...machine, dependsOn: [...machine.dependsOn, ...started] }));
  }

  /** After etcd's members are well: API servers start, and kubelets anew, one machine after the other; the machines wait for that. */
  resumed(machines: readonly Machine[], after: readonly pulumi.Resource[]): readonly Machine[] {
    if (!this.chosen) return machines;
    const { environment } = this.args;
    const masters = mastersOf(environment).map(({ name }) => name);
    const rank = ({ name }: Machine) => (masters.includes(name) ? 0 : 1);
    const apart = this.members.filter(({ name }) => !machines.some((machine) => machine.name === name));
    const there = machines.filter(({ lost }) => lost !== true);
    let before = [...after];
    for (const machine of [...apart, ...[...there].sort((one, other) => rank(one) - rank(other))]) {
      before = [this.stage(machine, resumeStep, "resume", before)];
    }
    return machines.map((machine) => ({ ...machine, dependsOn: [...machine.dependsOn, ...before] }));
  }

  private stage(machine: Machine, step: Step, stage: string, after: readonly pulumi.Resource[]): HostScript {
    const { environment, identity } = this.args;
    const { etcd, stack } = environment;
    const { backup } = etcd;
    if (!this.wanted || !backup) throw new Error("no restore is asked for");
    return new HostScript(
      stepOn(machine, step),
      {
        machine: this.mayBeNew(machine, this.wanted.generation) ? unasked(machine, this.wanted.generation) : machine,
        script: restoreScript,
        uses: [...repositoryScripts, providersScript],
        values: {
          ...repositoryValues({ identity, stack }, backup),
          CLUSTER_NAMES: earlierMarks({ identity, stack }),
          ...providersValues(
            environment,
            this.members.map((member) => clientUrl(member, etcd)),
          ),
          ...(stage === "halt" ? {} : { ENCRYPTION_KEYS: "" }),
          STAGE: stage,
          GENERATION: this.wanted.generation,
          WANTED: this.wanted.snapshot,
          CHOSEN: stage === "fetch" && this.chosen ? this.chosen.printed("backup") : "",
          OVER: this.isOver(machine, this.wanted.generation),
          NAME: machine.name,
          DATA_DIR: etcd.dataDir,
          PEER_URL: peerUrl(machine, etcd),
          INITIAL_CLUSTER: stage === "fetch" ? initialCluster(this.members, etcd) : "",
          NODES: machine.config.roles.includes("master") ? environment.machines.map(({ name }) => name) : [],
        },
        ...(stage === "halt" ? { secrets: { ENCRYPTION_KEYS: this.args.keys } } : {}),
        ...(stage === "choose" ? { effects: effectsOf(this.wanted, this.args) } : {}),
      },
      { parent: this, dependsOn: [...after] },
    );
  }

  /** The others have done it without this machine's member, which joins them. */
  private isOver(machine: Machine, generation: number): boolean {
    if (!this.isMember(machine)) return false;
    const own = this.args.told.get(machine.name);
    if (own?.over === generation) return true;
    // One that is to be made was not asked.
    const begun = own?.begun ?? (machine.silent || machine.seen ? generation : 0);
    return begun < generation && isDone(generation, this.args);
  }

  /** One that told nothing goes by what it has noted itself, which is nothing where it was rebuilt: it would be set back alone. */
  private mayBeNew(machine: Machine, generation: number): boolean {
    return machine.silent === true && this.isMember(machine) && isDone(generation, this.args);
  }

  private isMember({ name }: Machine): boolean {
    return this.members.some((member) => member.name === name);
  }
}

/** A machine on which what is to run fails: what it is sent stays the same, and where nothing of it changes, nothing runs. */
function unasked(machine: Machine, generation: number): Machine {
  const words = `${machine.name} could not be surveyed, and answers now: whether it has done the restore ${generation} of etcd is not known, and without the others it is not set back. Run up again`;
  return { ...machine, seen: refusedBy(words) };
}

const isDone = (generation: number, { told }: RestoreArgs) => lastRestoreOf(told) >= generation;

function effectsOf({ snapshot, generation }: RestoreConfig, args: RestoreArgs): Effects {
  const { environment, newest } = args;
  const which =
    snapshot === "latest" ? `the newest backup${newest === undefined ? "" : `, ${newest}`}` : `the backup ${snapshot}`;
  const nothing = "nothing is restored again: that takes a higher etcd.restore.generation";
  if (isDone(generation, args)) return { create: nothing, update: () => nothing };
  const restores = [
    `etcd is set back to ${which}`,
    "what was written since is lost",
    "the API is unavailable for about a minute, while pods keep running; then each kubelet restarts, one after the other",
    "it needs this stack's state, whose keys the backup's Secrets are encrypted with",
    `the members' current data is kept in ${environment.etcd.dataDir}/before-restore-${generation}`,
  ].join("; ");
  return { create: restores, update: (changed) => (changed.has("GENERATION") ? restores : nothing) };
}
