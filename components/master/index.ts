import { join } from "node:path";

import * as pulumi from "@pulumi/pulumi";

import type { ArtifactSet } from "../artifacts";
import type { Environment } from "../config";
import { criSocket } from "../docker/render";
import { certificatesScript, type EtcdCluster } from "../etcd";
import { certificateConfig } from "../etcd/render";
import { leaveScript } from "../kubelet";
import { HostScript, type Machine } from "../machine";
import { apiEndpoint, kubeadmConfig } from "./render";

export interface MasterArgs {
  /** The machine that initialises the cluster, its kubelet prepared. */
  readonly machine: Machine;
  readonly environment: Environment;
  readonly artifacts: ArtifactSet;
  readonly etcd: EtcdCluster;
}

/** The control plane on the first master: the API answers when this component is done. */
export class Master extends pulumi.ComponentResource {
  /** Where the API is reached, "10.0.0.11:6443"; a plain string. */
  readonly endpoint: string;
  /** The administrator's kubeconfig; a secret. */
  readonly kubeconfig: pulumi.Output<string>;
  /** Digest of the public key of the cluster's authority, which joining machines pin: "sha256:...". */
  readonly caHash: pulumi.Output<string>;
  /** The machine, later scripts on it waiting for the API. */
  readonly machine: Machine;
  /** What takes the whole cluster with it when it is deleted: nothing in the cluster needs undoing one by one. */
  readonly cluster: pulumi.Resource;

  constructor(name: string, args: MasterArgs, opts?: pulumi.ComponentResourceOptions) {
    super("keelson:master:Master", name, {}, opts);
    this.endpoint = apiEndpoint(args.environment, args.machine);
    const config = kubeadmConfig({ ...args, etcdEndpoints: args.etcd.endpoints });
    const authority = this.makeAuthority(name, args.machine, config);
    this.kubeconfig = field(authority, "admin.conf").apply((text) => Buffer.from(text, "base64").toString());
    // A digest of a public key is no secret, though it comes from among them.
    this.caHash = pulumi.unsecret(field(authority, "ca-hash"));
    this.cluster = this.initialise(args, config, authority);
    this.machine = { ...args.machine, dependsOn: [this.cluster] };
    this.registerOutputs({ endpoint: this.endpoint, kubeconfig: this.kubeconfig });
  }

  private makeAuthority(name: string, machine: Machine, config: string): HostScript {
    return new HostScript(
      `${name}-authority`,
      {
        machine,
        script: join(__dirname, "authority.sh"),
        values: { KUBEADM_CONFIG: config },
        secretOutput: true,
      },
      { parent: this },
    );
  }

  private initialise(args: MasterArgs, config: string, authority: HostScript): HostScript {
    const { machine, environment, etcd } = args;
    return new HostScript(
      `${machine.name}-master`,
      {
        machine,
        script: join(__dirname, "master.sh"),
        uses: [certificatesScript, leaveScript],
        values: {
          KUBEADM_CONFIG: config,
          CERTIFICATE_CONFIG: certificateConfig(machine, environment.kubernetes.version, "/etc/kubernetes/pki"),
          CRI_SOCKET: criSocket(environment.kubernetes.runtime),
          ENDPOINT: this.endpoint,
          IGNORED_CHECKS: machine.sharedKernel ? ",SystemVerification" : "",
        },
        secrets: { ETCD_CA_CRT: etcd.authority.certificate, ETCD_CA_KEY: etcd.authority.key },
      },
      { parent: this, dependsOn: [authority, etcd] },
    );
  }
}

function field(script: HostScript, name: string): pulumi.Output<string> {
  return script.stdout.apply((text) => {
    const line = text.split("\n").find((line) => line.startsWith(`${name} `));
    return line?.slice(name.length + 1) ?? "";
  });
}
