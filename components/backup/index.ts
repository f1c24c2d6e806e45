import * as pulumi from "@pulumi/pulumi";

import { artifactScripts, programs, type ArtifactSet } from "../artifacts";
import { secondsOf } from "../certificates/settings";
import { etcdPrefixOf, type EncryptionSettings } from "../encryption";
import { etcdMembersOf, named, type Machine, type MachineConfig } from "../machine";
import { HostScript, packageScripts, stepOn, type Effects } from "../script";
import { backupFiles, environmentFile, keepFlags, keyFile, packagesFor } from "./render";
import { backupScript, repositoryValues, runScripts } from "./scripts";
import type { BackupConfig, BackupSection } from "./settings";
import { backupStep } from "./step";

export { backupProgram } from "./render";
export { Restore } from "./restore";

/** What of the stack's settings backups follow. */
export interface BackupSettings {
  readonly stack: string;
  readonly machines: readonly MachineConfig[];
  readonly etcd: BackupSection;
}

export interface BackupsArgs {
  readonly machines: readonly Machine[];
  readonly environment: BackupSettings & EncryptionSettings;
  /** What the cluster is known by on its machines, "ID STACK". */
  readonly identity: pulumi.Output<string>;
  readonly artifacts: ArtifactSet;
}

/** Every member of etcd has what backs it up, and a timer that starts it; nothing where the stack asks for none. */
export class Backups extends pulumi.ComponentResource {
  /** All machines, later scripts on members waiting for what reads backups. */
  readonly machines: readonly Machine[];

  constructor(name: string, args: BackupsArgs, opts?: pulumi.ComponentResourceOptions) {
    super("keelson:backup:Backups", name, {}, opts);
    const { backup } = args.environment.etcd;
    const members = backup ? named(etcdMembersOf(args.environment), args.machines) : [];
    this.machines = args.machines.map((machine) => {
      if (!backup || !members.includes(machine)) return machine;
      return { ...machine, dependsOn: [...machine.dependsOn, this.on(machine, backup, args)] };
    });
    for (const machine of args.machines) {
      if (backup && machine.lost && machine.config.roles.includes("etcd")) this.forget(machine);
    }
    this.registerOutputs({});
  }

  private on(machine: Machine, backup: BackupConfig, { environment, identity, artifacts }: BackupsArgs): HostScript {
    return new HostScript(
      stepOn(machine, backupStep),
      {
        machine,
        script: backupScript,
        uses: [...packageScripts, ...artifactScripts, ...runScripts],
        values: {
          ...repositoryValues({ identity, stack: environment.stack }, backup),
          PROGRAMS: programs(artifacts, ["etcdutl"], "/usr/local/lib/keelson"),
          PACKAGES: packagesFor(backup),
          NAME: machine.name,
          EVERY: secondsOf(backup.every) ?? 0,
          VERIFY: secondsOf(backup.verify) ?? 0,
          KEEP: keepFlags(backup),
          ETCD_PREFIX: etcdPrefixOf(environment),
        },
        secrets: { ENVIRONMENT: environmentFile(backup), SFTP_KEY: keyFile(backup) },
        files: backupFiles(backup),
        effects: effectsOf(backup),
      },
      { parent: this },
    );
  }

  /** What the state knows of a member that is lost is forgotten. */
  private forget(machine: Machine): void {
    new HostScript(stepOn(machine, backupStep), { machine, script: backupScript }, { parent: this });
  }
}

function effectsOf({ every, to, verify }: BackupConfig): Effects {
  return {
    create: `etcd is backed up every ${every} to ${to}, and the newest backup is restored apart from the cluster every ${verify}; nothing restarts`,
    update: () => "its backups of etcd follow the settings; nothing restarts",
  };
}
