import { join } from "node:path";

import { etcdMembersOf, type Guard } from "../machine";
import { membershipScripts } from "./membership";
import type { EtcdSettings } from "./settings";
import { clientUrl, peerUrl } from "./render";

/**
 * Has machines with a member of etcd refuse what would cost etcd its quorum. It sees what the state cannot know: which
 * members are there, and well.
 */
export function quorumGuard(environment: EtcdSettings): Guard {
  const members = etcdMembersOf(environment);
  return ({ name }) => {
    const member = members.find((member) => member.name === name);
    if (!member) return undefined;
    return {
      uses: [...membershipScripts, join(__dirname, "quorum.sh")],
      values: {
        PEERS: [`${name} ${clientUrl(member, environment.etcd)}`],
        PEER_URL: peerUrl(member, environment.etcd),
        TARGET: members.map((member) => peerUrl(member, environment.etcd)),
        RESTORE: environment.etcd.restore?.generation ?? 0,
        // A member that was rebuilt has lost its vote as well: the others look again.
        IDENTITIES: members.map(({ ssh }) => ssh.hostKey ?? ssh.host),
      },
    };
  };
}
