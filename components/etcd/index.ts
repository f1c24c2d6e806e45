import { join } from "node:path";

import * as pulumi from "@pulumi/pulumi";

import { artifactScripts, programs, type ArtifactSet } from "../artifacts";
import { endsOf, goodUntilOf, leavesScript, lengthsOf } from "../certificates";
import { etcdMembersOf, type MachineConfig, anotherOf, named, type Machine } from "../machine";
import type { EtcdSettings, EtcdConfig } from "./settings";
import { HostScript, stepOn, unitsScripts, type Effects } from "../script";
import {
  beginningFile,
  certificateConfig,
  clientUrl,
  etcdDataGuard,
  etcdPki,
  etcdUnit,
  etcdUnitFile,
  initialCluster,
  markFile,
  peerUrl,
} from "./render";
import { etcdStep, memberStep } from "./step";

export { certificateConfig } from "./render";

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

/** Certificate and key of etcd's authority, each base64 of its PEM text. */
export interface EtcdAuthority {
  readonly certificate: pulumi.Output<string>;
  readonly key: pulumi.Output<string>;
}

/** What is made once, before there is any member. */
interface Authority extends EtcdAuthority {
  /** The members that begin together, as etcd is told of them. */
  readonly founders: pulumi.Output<string>;
  readonly script: HostScript;
}

/** Where the authority is while it is made: in memory. */
const authorityDirectory = "/run/keelson/etcd-authority";

/** Functions, and the values they read, for a script that signs certificates of etcd's authority. */
export const certificatesScript = join(__dirname, "certificates.sh");

const membershipScript = join(__dirname, "membership.sh");

/** How a member begins, and restarts. */
const memberScripts = ["beginning.sh", "turn.sh"].map((file) => join(__dirname, file));

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
    const lost = args.environment.lost.filter(({ roles }) => roles.includes("etcd"));
    this.beginning = this.makeAuthority(members, args);
    this.authority = this.beginning;
    this.goodUntil = goodUntilOf(this.authority.certificate, args.environment, args.clock);
    this.endpoints = members.map((member) => clientUrl(member, args.environment.etcd));
    const running = members.map((machine) => {
      const member = this.member(machine, members, args);
      this.ends[machine.name] = endsOf(member);
      return { ...machine, dependsOn: [member], revisions: [member.revision] };
    });
    for (const machine of running) this.membership(machine, running, args.environment.etcd);
    for (const config of lost) this.letGo(config, running, args);
    this.registerOutputs({ endpoints: this.endpoints });
  }

  private makeAuthority(members: readonly Machine[], args: EtcdClusterArgs): Authority {
    const [machine] = members;
    if (!machine) throw new pulumi.RunError("no machine has the role etcd: give it to 1, 3 or 5 of them");
    const script = new HostScript(
      "etcd-authority",
      {
        machine,
        script: join(__dirname, "authority.sh"),
        uses: artifactScripts,
        values: {
          PROGRAMS: signingPrograms(args.artifacts),
          CERTIFICATE_CONFIG: certificateConfig(machine, args.environment.kubernetes.version, authorityDirectory),
          DIRECTORY: authorityDirectory,
          FOUNDERS: initialCluster(members, args.environment.etcd),
          MARK: markFile,
        },
        secretOutput: true,
        forGood: true,
      },
      { parent: this },
    );
    return {
      certificate: script.printed("crt"),
      key: script.printed("key"),
      founders: script.printed("founders"),
      script,
    };
  }

  private member(machine: Machine, members: readonly Machine[], args: EtcdClusterArgs): HostScript {
    const { etcd, kubernetes } = args.environment;
    return new HostScript(
      stepOn(machine, etcdStep),
      {
        machine,
        script: join(__dirname, "etcd.sh"),
        uses: [
          ...unitsScripts,
          ...artifactScripts,
          leavesScript,
          certificatesScript,
          membershipScript,
          ...memberScripts,
        ],
        values: {
          PROGRAMS: [...signingPrograms(args.artifacts), ...programs(args.artifacts, ["etcd", "etcdctl"])],
          CERTIFICATE_CONFIG: certificateConfig(machine, kubernetes.version, etcdPki),
          NAME: machine.name,
          DATA_DIR: etcd.dataDir,
          CLIENT_PORT: etcd.clientPort,
          BEGINNING: beginningFile,
          MARK: markFile,
          GOOD_UNTIL: this.goodUntil,
          VALIDITY: lengthsOf(args.environment).validity,
          ...peerValues(machine, members, etcd),
        },
        secrets: {
          FOUNDERS: this.beginning.founders,
          ETCD_CA_CRT: this.authority.certificate,
          ETCD_CA_KEY: this.authority.key,
        },
        files: [etcdUnit(machine, etcd), etcdDataGuard(etcd)],
        effects,
      },
      { parent: this },
    );
  }

  /** Another member lets a lost one go; what the state knows of the machine itself is forgotten. */
  private letGo(config: MachineConfig, members: readonly Machine[], args: EtcdClusterArgs): void {
    const [hand] = members;
    if (!hand) throw new pulumi.RunError("every member of etcd is lost");
    const machine = args.machines.find(({ name }) => name === config.name);
    const script = join(__dirname, "member.sh");
    if (machine) new HostScript(stepOn(config, etcdStep), { machine, script }, { parent: this });
    const { etcd } = args.environment;
    new HostScript(
      stepOn(config, memberStep),
      {
        machine: hand,
        of: { identity: "lost" },
        script,
        uses: [membershipScript],
        values: { NAME: config.name, ...membershipValues(config, members, etcd), REVISIONS: [] },
        ends: "undone",
      },
      { parent: this },
    );
  }

  /**
   * By way of another member, which lets this one go also when its machine is dead. None is well before a quorum is
   * started, so all are awaited when all are. Where the whole cluster goes, nobody needs to leave.
   */
  private membership(machine: Machine, members: readonly Machine[], etcd: EtcdConfig): void {
    new HostScript(
      stepOn(machine, memberStep),
      {
        machine: anotherOf(members, machine),
        script: join(__dirname, "member.sh"),
        uses: [membershipScript],
        values: {
          NAME: machine.name,
          ...membershipValues(machine, members, etcd),
          // A member that was changed is seen to be well again.
          REVISIONS: machine.revisions ?? [],
        },
        of: machine,
        effects: memberEffects,
      },
      {
        parent: this,
        dependsOn: members.flatMap(({ dependsOn }) => dependsOn),
        deletedWith: this.beginning.script,
      },
    );
  }
}

const effects: Effects = {
  create: "a member of etcd starts",
  update: (changed) => {
    if (changed.has(etcdUnitFile) || changed.has("PROGRAMS")) {
      return "its member of etcd restarts when the others are well: one member at a time";
    }
    if (changed.has("GOOD_UNTIL")) return "the certificates of its member of etcd are renewed, and it does not restart";
    return `its member of etcd ${changed.has("PEERS") ? "is told of the others" : "is checked"}, and does not restart`;
  },
};

const memberEffects: Effects = {
  create: "its member of etcd is awaited until it is well",
  update: () => "its member of etcd is seen to be well",
};

/** What a script needs to speak with the other members. */
function peerValues(machine: MachineConfig | Machine, members: readonly Machine[], etcd: EtcdConfig) {
  const others = members.filter(({ name }) => name !== machine.name);
  return {
    PEER_URL: peerUrl(machine, etcd),
    PEERS: others.map((other) => `${other.name} ${clientUrl(other, etcd)}`),
  };
}

/** What a script needs besides that speaks of a member by way of another. */
function membershipValues(machine: MachineConfig | Machine, members: readonly Machine[], etcd: EtcdConfig) {
  return { ...peerValues(machine, members, etcd), CLIENT_URL: clientUrl(machine, etcd) };
}

/** kubeadm for certificates alone lies apart from the node's own, which may be of another release. */
function signingPrograms(artifacts: ArtifactSet): readonly string[] {
  return programs(artifacts, ["kubeadm"], "/usr/local/lib/keelson");
}
