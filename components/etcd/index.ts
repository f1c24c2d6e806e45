import { join } from "node:path";

import * as pulumi from "@pulumi/pulumi";

import { artifactScripts, programs, type ArtifactSet } from "../artifacts";
import { endsOf, goodUntilOf, labelOf, leavesScript, lengthsOf, trustScript } from "../certificates";
import { authoritiesOf } from "../certificates/settings";
import { etcdMembersOf, named, type Machine } from "../machine";
import { HostScript, stepOn, unitsScripts } from "../script";
import { makeAuthorities, signingPrograms, type Authority, type EtcdAuthority } from "./authority";
import { effectsOf } from "./effects";
import { askScript, keepMember, membershipScripts, peerValues, removeMember } from "./membership";
import {
  beginningFile,
  certificateConfig,
  clientUrl,
  etcdDataGuard,
  etcdDirectories,
  etcdPki,
  etcdUnit,
  markFile,
} from "./render";
import type { EtcdSettings } from "./settings";
import { etcdStep } from "./step";

export type { EtcdAuthority } from "./authority";
export { certificateConfig, clientUrl, initialCluster, peerUrl } from "./render";
export { askScript } from "./membership";
export { memberHealth } from "./health";
export { quorumGuard } from "./quorum";

export interface EtcdClusterArgs {
  /** All machines; those with the role etcd carry one member each. */
  readonly machines: readonly Machine[];
  readonly environment: EtcdSettings;
  readonly artifacts: ArtifactSet;
  /** What time it is on the machines, seconds since 1970. */
  readonly clock: number;
}

/** Functions, and the values they read, for a script that signs certificates of etcd's authority. */
export const certificatesScript = join(__dirname, "certificates.sh");

/** Functions of a script, on a machine with a member, that takes a snapshot before something that cannot be taken back. */
export const snapshotScripts = [askScript, join(__dirname, "snapshot.sh")];

/** Functions that the script of a member calls. */
const memberScripts = [
  ...[...unitsScripts, ...artifactScripts, leavesScript, trustScript, certificatesScript, ...membershipScripts],
  ...["snapshot.sh", "beginning.sh", "turn.sh", "user.sh"].map((file) => join(__dirname, file)),
];

/** An etcd cluster under systemd: one TLS-only member per machine, healthy when this component is done. */
export class EtcdCluster extends pulumi.ComponentResource {
  /** Client URLs, one per member; plain strings, so that previews can show what uses them. */
  readonly endpoints: readonly string[];
  /** What clients' certificates are signed with. */
  readonly authority: EtcdAuthority;
  /** What the cluster's certificates have to be good until, seconds since 1970; those that end sooner are issued anew. */
  readonly goodUntil: pulumi.Output<string>;
  /** The first end of the certificates of each member, as of the last run that saw to them. */
  readonly ends: Record<string, pulumi.Output<string>> = {};
  private readonly beginning: Authority;

  constructor(name: string, args: EtcdClusterArgs, opts?: pulumi.ComponentResourceOptions) {
    super("keelson:etcd:EtcdCluster", name, {}, opts);
    const members = named(etcdMembersOf(args.environment), args.machines);
    this.beginning = makeAuthorities(members, args, this);
    this.authority = this.beginning.authority;
    this.goodUntil = goodUntilOf(this.authority.issuer, args.environment, args.clock);
    this.endpoints = members.map((member) => clientUrl(member, args.environment.etcd));
    const running = members.map((machine) => {
      const member = this.member(machine, members, args);
      this.ends[machine.name] = endsOf(member);
      return { ...machine, dependsOn: [member], revisions: [member.revision] };
    });
    const { etcd } = args.environment;
    for (const machine of running) {
      keepMember(machine, running, etcd, { parent: this, deletedWith: this.beginning.script });
    }
    for (const config of args.environment.lost.filter(({ roles }) => roles.includes("etcd"))) {
      const machine = args.machines.find(({ name }) => name === config.name);
      removeMember({ config, machine }, running, etcd, { parent: this });
    }
    this.registerOutputs({ endpoints: this.endpoints });
  }

  private member(machine: Machine, members: readonly Machine[], args: EtcdClusterArgs): HostScript {
    const { etcd, kubernetes } = args.environment;
    return new HostScript(
      stepOn(machine, etcdStep),
      {
        machine,
        script: join(__dirname, "etcd.sh"),
        uses: memberScripts,
        values: {
          PROGRAMS: programs(args.artifacts, ["etcd", "etcdctl"]),
          SIGNING: signingPrograms(args.artifacts),
          RELEASE: etcd.version,
          CERTIFICATE_CONFIG: certificateConfig(machine, kubernetes.version, etcdPki),
          NAME: machine.name,
          DATA_DIR: etcd.dataDir,
          DIRECTORIES: etcdDirectories(etcd),
          ETCD_USER: etcd.user,
          CLIENT_PORT: etcd.clientPort,
          BEGINNING: beginningFile,
          MARK: markFile,
          GOOD_UNTIL: this.goodUntil,
          VALIDITY: lengthsOf(args.environment).validity,
          TRUSTED: labelOf([...authoritiesOf(args.environment)].sort((one, other) => one - other)),
          ...peerValues(machine, members, etcd),
        },
        secrets: {
          FOUNDERS: this.beginning.founders,
          ETCD_CA_CRT: this.authority.trusted,
          ETCD_ISSUER_CRT: this.authority.issuer,
          ETCD_CA_KEY: this.authority.key,
        },
        handed: ["ETCD_CA_CRT", "ETCD_ISSUER_CRT", "ETCD_CA_KEY"],
        files: [etcdUnit(machine, etcd), etcdDataGuard(etcd)],
        shared: ["PROGRAMS", "SIGNING", etcdDataGuard(etcd).path],
        effects: effectsOf(authoritiesOf(args.environment)),
      },
      { parent: this },
    );
  }
}
