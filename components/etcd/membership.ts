import { join } from "node:path";

import * as pulumi from "@pulumi/pulumi";

import { anotherOf, type Machine, type MachineConfig } from "../machine";
import { HostScript, stepOn } from "../script";
import { memberEffects } from "./effects";
import { clientUrl, peerUrl } from "./render";
import type { EtcdConfig } from "./settings";
import { etcdStep, memberStep } from "./step";

/** Functions by which a program asks a member, on a machine that has one. */
export const askScript = join(__dirname, "ask.sh");

/** Functions of a script that speaks with members. */
export const membershipScripts = [askScript, join(__dirname, "membership.sh")];

const memberScript = join(__dirname, "member.sh");

/**
 * A member's place in its cluster, by way of another one, which lets it go also when its machine is dead. None is well before a
 * quorum is started, so all are awaited when all are. Where the whole cluster goes, nobody needs to leave.
 */
export function keepMember(
  machine: Machine,
  members: readonly Machine[],
  etcd: EtcdConfig,
  opts: pulumi.CustomResourceOptions,
): void {
  new HostScript(
    stepOn(machine, memberStep),
    {
      machine: anotherOf(members, machine),
      script: memberScript,
      uses: membershipScripts,
      values: {
        NAME: machine.name,
        ...membershipValues(machine, members, etcd),
        // A member that was changed is seen to be well again.
        REVISIONS: machine.revisions ?? [],
      },
      of: machine,
      effects: memberEffects,
    },
    { ...opts, dependsOn: members.flatMap(({ dependsOn }) => dependsOn) },
  );
}

/** Another member removes one whose machine is lost; what the state knows of the machine itself is forgotten. */
export function removeMember(
  { config, machine }: { readonly config: MachineConfig; readonly machine?: Machine },
  members: readonly Machine[],
  etcd: EtcdConfig,
  opts: pulumi.CustomResourceOptions,
): void {
  const [coordinator] = members;
  if (!coordinator) throw new pulumi.RunError("every member of etcd is lost");
  if (machine) new HostScript(stepOn(config, etcdStep), { machine, script: memberScript }, opts);
  new HostScript(
    stepOn(config, memberStep),
    {
      machine: coordinator,
      of: { identity: "lost" },
      script: memberScript,
      uses: membershipScripts,
      values: { NAME: config.name, ...membershipValues(config, members, etcd), REVISIONS: [] },
      ends: "undone",
    },
    opts,
  );
}

/** What a script needs to speak with the other members. */
export function peerValues(machine: MachineConfig | Machine, members: readonly Machine[], etcd: EtcdConfig) {
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
