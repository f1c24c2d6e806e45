import { join } from "node:path";

import * as pulumi from "@pulumi/pulumi";

import type { ArtifactSet } from "../artifacts";
import { endsOf, timerUnits } from "../certificates";
import { clusterEndpoint, VirtualAddress } from "../endpoint";
import { virtualAddressStep } from "../endpoint/step";
import type { EtcdCluster } from "../etcd";
import type { Machine } from "../machine";
import { HostScript, stepOn } from "../script";
import { configureCluster } from "./configuration";
import { makeAuthorities, type Authorities } from "./authority";
import { issueCredentials, withEndpoint } from "./credentials";
import { effectsOn } from "./effects";
import { componentFiles, defaultFiles } from "./files";
import { approver } from "./kubelets";
import { masterScripts } from "./scripts";
import type { MasterSettings } from "./settings";
import { approverStep, masterStep } from "./step";
import { valuesFor } from "./values";

export { KubeletTrust } from "./kubelets";
export type { MasterSettings } from "./settings";
export { kubeadmConfig, mastersTaint, nodeRegistration, serverAddress } from "./render";

export interface ControlPlaneArgs {
  /** Machines with their kubelets and proxies prepared; the masters among them carry the control plane. */
  readonly machines: readonly Machine[];
  readonly environment: MasterSettings;
  readonly artifacts: ArtifactSet;
  readonly etcd: EtcdCluster;
  /** What Secrets are encrypted with in etcd. */
  readonly keys: pulumi.Output<string>;
  /** Machines that join wait for the configuration: something is of another release, or other authorities, than is asked for, or may be. */
  readonly changing: boolean;
  /** Lets the nodes of lost machines go, by way of a master. What replaces pods of all nodes waits for that: theirs would never end. */
  readonly deleteLost: (by: Pick<ControlPlane, "machines" | "operator" | "cluster">) => readonly pulumi.Resource[];
}

/** The control plane, one master after the other: the API answers when this component is done. */
export class ControlPlane extends pulumi.ComponentResource {
  /** Where people and Pulumi reach the API, "10.0.0.11:6443"; a plain string. */
  readonly endpoint: string;
  /** The administrator's kubeconfig; a secret. */
  readonly kubeconfig: pulumi.Output<string>;
  /** What the cluster trusts: certificates, the one that issues first, and digests of their public keys, which machines that join pin. */
  readonly authorities: Pick<Authorities, "certificates" | "hashes">;
  /** The masters, later scripts on them waiting for their API servers. */
  readonly machines: readonly Machine[];
  /** The master by way of which scripts act on the cluster; when its scripts are done, the endpoint answers. */
  readonly operator: Machine;
  /** When it is done, all masters are on the release that is asked for, and so are the add-ons, by which machines join. */
  readonly configuration: pulumi.Resource;
  /** What takes the whole cluster with it when it is deleted: nothing in the cluster needs undoing one by one. */
  readonly cluster: pulumi.Resource;
  /** The first end of the certificates on each master, as of the last run that saw to them. */
  readonly ends: Record<string, pulumi.Output<string>> = {};

  constructor(name: string, args: ControlPlaneArgs, opts?: pulumi.ComponentResourceOptions) {
    super("keelson:master:ControlPlane", name, {}, opts);
    const masters = args.machines.filter(({ config, lost }) => lost !== true && config.roles.includes("master"));
    const [first] = masters.sort((one, other) => (one.name < other.name ? -1 : 1));
    if (!first) throw new pulumi.RunError("no machine has the role master");
    this.endpoint = clusterEndpoint(args.environment);
    const authorities = makeAuthorities(first, args.environment, this);
    this.authorities = authorities;
    this.cluster = authorities.first;

    // One after the other, so that a change that restarts them leaves all but one at work.
    const ready: Machine[] = [];
    const serving: Machine[] = [];
    for (const machine of masters) {
      const before = serving.flatMap(({ dependsOn }) => dependsOn);
      const master = this.initialise(machine, args, authorities, before);
      const servers = [master, ...this.share(machine, args.environment, master)];
      serving.push({ ...machine, dependsOn: servers });
      // It looks at requests that came before it, too: neither the next master waits for it, nor who is issued credentials.
      const approving = approver(machine, args, { parent: this, dependsOn: [master] });
      ready.push({ ...machine, dependsOn: [...servers, ...approving] });
    }
    this.machines = ready;
    const [operator = first] = ready;
    const gone = args.deleteLost({ machines: ready, operator, cluster: this.cluster });
    this.configuration = configureCluster(operator, args, {
      parent: this,
      dependsOn: [...ready.flatMap(({ dependsOn }) => dependsOn), ...gone],
      deletedWith: this.cluster,
    });
    // While masters differ, machines that join wait for all of them.
    this.operator = args.changing ? { ...operator, dependsOn: [...operator.dependsOn, this.configuration] } : operator;
    const issuer = args.changing ? this.operator : { ...operator, dependsOn: serving[0]?.dependsOn ?? [] };
    const issued = issueCredentials(issuer, args, { parent: this, deletedWith: this.cluster });
    // A run with `--target` may leave out what issues it, where the state, an earlier release's, has none.
    this.kubeconfig = pulumi
      .all([issued.printed("admin.conf"), authorities.first.printed("admin.conf")])
      .apply(([kubeconfig, first]) => withEndpoint(kubeconfig || first, this.endpoint));
    const lost = args.machines.filter(({ lost, config }) => lost === true && config.roles.includes("master"));
    for (const machine of lost) this.forget(machine);
    this.registerOutputs({ endpoint: this.endpoint, kubeconfig: this.kubeconfig });
  }

  private initialise(
    machine: Machine,
    args: ControlPlaneArgs,
    authorities: Authorities,
    before: readonly pulumi.Resource[],
  ): HostScript {
    const { environment, etcd } = args;
    const master = new HostScript(
      stepOn(machine, masterStep),
      {
        machine,
        script: join(__dirname, "master.sh"),
        uses: masterScripts,
        values: valuesFor(machine, args),
        secrets: {
          AUTHORITY: authorities.text,
          ENCRYPTION_KEYS: args.keys,
          ETCD_CA_CRT: etcd.authority.trusted,
          ETCD_ISSUER_CRT: etcd.authority.issuer,
          ETCD_CA_KEY: etcd.authority.key,
        },
        handed: ["AUTHORITY", "ETCD_CA_CRT", "ETCD_ISSUER_CRT", "ETCD_CA_KEY"],
        files: [...componentFiles(environment), ...(environment.certificates.timer ? timerUnits(machine) : [])],
        shared: defaultFiles(environment),
        effects: effectsOn(machine),
      },
      { parent: this, dependsOn: [...authorities.scripts, etcd, ...before] },
    );
    this.ends[machine.name] = endsOf(master);
    return master;
  }

  /** What the state knows of a master that is lost is forgotten. */
  private forget(machine: Machine): void {
    for (const step of [masterStep, approverStep, virtualAddressStep]) {
      new HostScript(stepOn(machine, step), { machine, script: join(__dirname, "master.sh") }, { parent: this });
    }
  }

  /** The master takes part in holding the common address, where there is one. */
  private share(machine: Machine, environment: MasterSettings, master: HostScript): readonly VirtualAddress[] {
    const { virtualAddress } = environment.kubernetes;
    if (virtualAddress === undefined) return [];
    const args = { machine, environment, virtualAddress };
    return [new VirtualAddress(stepOn(machine, virtualAddressStep), args, { parent: this, dependsOn: [master] })];
  }
}
