import { join } from "node:path";

import * as pulumi from "@pulumi/pulumi";

import { artifactScripts, programs, type ArtifactSet } from "../artifacts";
import { etcdMembersOf, type Environment } from "../config";
import { HostScript, named, type Machine } from "../machine";
import { certificateConfig, clientUrl, etcdPki, etcdUnit } from "./render";

export interface EtcdClusterArgs {
  /** All machines; those with the role etcd carry one member each. */
  readonly machines: readonly Machine[];
  readonly environment: Environment;
  readonly artifacts: ArtifactSet;
}

/** Certificate and key of etcd's authority, each base64 of its PEM text. */
export interface EtcdAuthority {
  readonly certificate: pulumi.Output<string>;
  readonly key: pulumi.Output<string>;
}

/** Where the authority is while it is made: in memory. */
const authorityDirectory = "/run/keelson/etcd-authority";

/** Functions, and the values they read, for a script that signs certificates of etcd's authority. */
export const certificatesScript = join(__dirname, "certificates.sh");

/** An etcd cluster under systemd: one TLS-only member per machine, healthy when this component is done. */
export class EtcdCluster extends pulumi.ComponentResource {
  /** Client URLs, one per member; plain strings, so that previews can show what uses them. */
  readonly endpoints: readonly string[];
  /** What clients' certificates are signed with. */
  readonly authority: EtcdAuthority;

  constructor(name: string, args: EtcdClusterArgs, opts?: pulumi.ComponentResourceOptions) {
    super("keelson:etcd:EtcdCluster", name, {}, opts);
    const members = named(etcdMembersOf(args.environment), args.machines);
    this.authority = this.makeAuthority(name, members, args);
    this.endpoints = members.map((member) => clientUrl(member, args.environment.etcd));
    members.forEach((member) => this.member(member, members, args));
    this.registerOutputs({ endpoints: this.endpoints });
  }

  private makeAuthority(name: string, members: readonly Machine[], args: EtcdClusterArgs): EtcdAuthority {
    const [machine] = members;
    if (!machine) throw new pulumi.RunError("no machine has the role etcd: give it to 1, 3 or 5 of them");
    const script = new HostScript(
      `${name}-authority`,
      {
        machine,
        script: join(__dirname, "authority.sh"),
        uses: artifactScripts,
        values: {
          PROGRAMS: signingPrograms(args.artifacts),
          CERTIFICATE_CONFIG: certificateConfig(machine, args.environment.kubernetes.version, authorityDirectory),
          DIRECTORY: authorityDirectory,
        },
        secretOutput: true,
        forGood: true,
      },
      { parent: this },
    );
    const field = (field: string) =>
      script.stdout.apply((text) => new RegExp(`^${field} (.*)$`, "m").exec(text)?.[1] ?? "");
    return { certificate: field("crt"), key: field("key") };
  }

  private member(machine: Machine, members: readonly Machine[], args: EtcdClusterArgs): HostScript {
    return new HostScript(
      `${machine.name}-etcd`,
      {
        machine,
        script: join(__dirname, "etcd.sh"),
        uses: [...artifactScripts, certificatesScript],
        values: {
          PROGRAMS: [...signingPrograms(args.artifacts), ...programs(args.artifacts, ["etcd", "etcdctl"])],
          CERTIFICATE_CONFIG: certificateConfig(machine, args.environment.kubernetes.version, etcdPki),
          DATA_DIR: args.environment.etcd.dataDir,
          CLIENT_PORT: args.environment.etcd.clientPort,
        },
        secrets: { ETCD_CA_CRT: this.authority.certificate, ETCD_CA_KEY: this.authority.key },
        files: [etcdUnit(machine, members, args.environment.etcd)],
      },
      { parent: this },
    );
  }
}

/** kubeadm for certificates alone lies apart from the node's own, which may be of another release. */
function signingPrograms(artifacts: ArtifactSet): readonly string[] {
  return programs(artifacts, ["kubeadm"], "/usr/local/lib/keelson");
}
