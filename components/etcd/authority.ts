import { join } from "node:path";

import * as pulumi from "@pulumi/pulumi";

import { artifactScripts, programs, type ArtifactSet } from "../artifacts";
import { joined } from "../certificates";
import { authoritiesOf } from "../certificates/settings";
import type { Machine } from "../machine";
import { HostScript } from "../script";
import type { EtcdClusterArgs } from "./index";
import { certificateConfig, initialCluster, markFile } from "./render";

/** What etcd's authorities are to those who need certificates of them; each base64 of its PEM text. */
export interface EtcdAuthority {
  /** Certificates of all that are trusted, the oldest first. */
  readonly trusted: pulumi.Output<string>;
  /** Certificate and key of the one that issues. */
  readonly issuer: pulumi.Output<string>;
  readonly key: pulumi.Output<string>;
}

/** What is made once, before there is any member. */
export interface Authority {
  readonly authority: EtcdAuthority;
  /** The members that begin together, as etcd is told of them. */
  readonly founders: pulumi.Output<string>;
  readonly script: HostScript;
}

/** Where the authority is while it is made: in memory. */
const authorityDirectory = "/run/keelson/etcd-authority";

/** Made on the first member, and kept in the state alone. The first one is there for good, for founders are told with it. */
export function makeAuthorities(
  members: readonly Machine[],
  args: EtcdClusterArgs,
  parent: pulumi.Resource,
): Authority {
  const [machine] = members;
  if (!machine) throw new pulumi.RunError("no machine has the role etcd: give it to 1, 3 or 5 of them");
  const first = makeAuthority(1, machine, members, args, parent);
  const all = authoritiesOf(args.environment).map((number) => ({
    number,
    script: number === 1 ? first : makeAuthority(number, machine, members, args, parent),
  }));
  const issuer = all[0]?.script ?? first;
  const byAge = [...all].sort((one, other) => one.number - other.number);
  return {
    authority: {
      // In another order they would be another file, and members would restart for nothing.
      trusted: pulumi.all(byAge.map(({ script }) => script.printed("crt"))).apply(joined),
      issuer: issuer.printed("crt"),
      key: issuer.printed("key"),
    },
    founders: first.printed("founders"),
    script: first,
  };
}

function makeAuthority(
  generation: number,
  machine: Machine,
  members: readonly Machine[],
  args: EtcdClusterArgs,
  parent: pulumi.Resource,
): HostScript {
  return new HostScript(
    `etcd-authority${generation === 1 ? "" : `-${generation}`}`,
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
        GENERATION: generation,
      },
      secretOutput: true,
      forGood: true,
    },
    { parent },
  );
}

/** kubeadm for certificates alone lies apart from the node's own, which may be of another release. */
export function signingPrograms(artifacts: ArtifactSet): readonly string[] {
  return programs(artifacts, ["kubeadm"], "/usr/local/lib/keelson");
}
