import { join } from "node:path";

import * as pulumi from "@pulumi/pulumi";

import { artifactScripts, programs, type ArtifactSet } from "../artifacts";
import type { Machine } from "../machine";
import { HostScript } from "../script";
import type { EtcdClusterArgs } from "./index";
import { certificateConfig, initialCluster, markFile } from "./render";

/** Certificate and key of etcd's authority, each base64 of its PEM text. */
export interface EtcdAuthority {
  readonly certificate: pulumi.Output<string>;
  readonly key: pulumi.Output<string>;
}

/** What is made once, before there is any member. */
export interface Authority extends EtcdAuthority {
  /** The members that begin together, as etcd is told of them. */
  readonly founders: pulumi.Output<string>;
  readonly script: HostScript;
}

/** Where the authority is while it is made: in memory. */
const authorityDirectory = "/run/keelson/etcd-authority";

/** Made on the first member, and kept in the state alone. */
export function makeAuthority(members: readonly Machine[], args: EtcdClusterArgs, parent: pulumi.Resource): Authority {
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
    { parent },
  );
  return {
    certificate: script.printed("crt"),
    key: script.printed("key"),
    founders: script.printed("founders"),
    script,
  };
}

/** kubeadm for certificates alone lies apart from the node's own, which may be of another release. */
export function signingPrograms(artifacts: ArtifactSet): readonly string[] {
  return programs(artifacts, ["kubeadm"], "/usr/local/lib/keelson");
}
