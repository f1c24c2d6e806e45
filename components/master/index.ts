import { join } from "node:path";

import * as pulumi from "@pulumi/pulumi";

import type { ArtifactSet } from "../artifacts";
import { credentialsScript, endsOf, leavesScript, lengthsOf, renewalScripts, timerUnits } from "../certificates";
import { filesDirectory, type MasterSettings } from "./settings";
import { criSocket } from "../docker";
import { clusterEndpoint, nodeEndpoint, VirtualAddress } from "../endpoint";
import { virtualAddressStep } from "../endpoint/step";
import { certificatesScript, type EtcdCluster } from "../etcd";
import { certificateConfig } from "../etcd";
import { kubeletUnitScripts, leaveScripts } from "../kubelet";
import { kubeletConfigFile } from "../kubelet";
import type { Machine } from "../machine";
import { HostScript, stepOn, type Effects, type ScriptValue } from "../script";
import { componentFiles } from "./files";
import {
  administratorConfig,
  asShown,
  authorityConfig,
  certificateNames,
  kubeadmConfig,
  serverAddress,
  takesPods,
} from "./render";
import { masterStep } from "./step";

export { nodeRegistration } from "./render";

export interface ControlPlaneArgs {
  /** Machines with their kubelets and proxies prepared; the masters among them carry the control plane. */
  readonly machines: readonly Machine[];
  readonly environment: MasterSettings;
  readonly artifacts: ArtifactSet;
  readonly etcd: EtcdCluster;
}

/** Where the authorities are while they are made: in memory. */
const authorityDirectory = "/run/keelson/authority";

function effectsOn(machine: Machine): Effects {
  return {
    create: "a master is made of it: API server, controller manager and scheduler start",
    update: (changed) =>
      [
        // A manifest that somebody changed by hand is written again.
        changed.has("KUBEADM_CONFIG") || [...changed].some((name) => name.startsWith("/etc/kubernetes/manifests/"))
          ? "its control plane restarts where its settings differ: one master at a time"
          : changed.has("GOOD_UNTIL")
            ? "its certificates are renewed when the masters before it have theirs: controller manager and scheduler start again, and nothing else"
            : "its control plane is checked",
        ...(changed.has("TAKES_PODS") ? podsOn(machine, changed.has("KUBEADM_CONFIG")) : []),
      ].join("; "),
  };
}

/** Whether a master takes pods, where that is another than before; masters of earlier releases were not told. */
function podsOn({ config }: Machine, configured: boolean): readonly string[] {
  if (takesPods(config)) return ["it takes pods: the taint by which kubeadm keeps them off is taken from its node"];
  return configured ? ["its node has the taint by which kubeadm keeps pods off"] : [];
}

const credentialEffects: Effects = {
  create: "the administrator's kubeconfig is issued by number, with a group of its own",
  update: (changed) =>
    changed.has("ADMINISTRATOR")
      ? "the administrator's kubeconfig is issued anew, and those before it that were issued by number lose their rights"
      : "the administrator's kubeconfig is issued anew; those before it hold until their end",
};

/** The control plane, one master after the other: the API answers when this component is done. */
export class ControlPlane extends pulumi.ComponentResource {
  /** Where people and Pulumi reach the API, "10.0.0.11:6443"; a plain string. */
  readonly endpoint: string;
  /** The administrator's kubeconfig; a secret. */
  readonly kubeconfig: pulumi.Output<string>;
  /** Digest of the public key of the cluster's authority, which joining machines pin: "sha256:...". */
  readonly caHash: pulumi.Output<string>;
  /** The masters, later scripts on them waiting for their API servers. */
  readonly machines: readonly Machine[];
  /** The master by way of which scripts act on the cluster; when its scripts are done, the endpoint answers. */
  readonly operator: Machine;
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
    const authority = this.makeAuthority(first, args.environment);
    this.cluster = authority;
    // A digest of a public key is no secret, though it comes from among them.
    this.caHash = pulumi.unsecret(authority.printed("ca-hash"));

    // One after the other, so that a change that restarts them leaves all but one at work.
    const ready: Machine[] = [];
    for (const machine of masters) {
      const before = ready.flatMap(({ dependsOn }) => dependsOn);
      ready.push({ ...machine, dependsOn: this.initialise(machine, args, authority, before) });
    }
    this.machines = ready;
    [this.operator = first] = ready;
    const issued = this.issue(this.operator, args).printed("admin.conf");
    // A run with `--target` may leave out what issues it, where the state, an earlier release's, has none.
    this.kubeconfig = pulumi
      .all([issued, authority.printed("admin.conf")])
      .apply(([kubeconfig, first]) => this.withEndpoint(kubeconfig || first));
    for (const machine of args.machines)
      if (machine.lost && machine.config.roles.includes("master")) this.forget(machine);
    this.registerOutputs({ endpoint: this.endpoint, kubeconfig: this.kubeconfig });
  }

  private makeAuthority(machine: Machine, environment: MasterSettings): HostScript {
    return new HostScript(
      "master-authority",
      {
        machine,
        script: join(__dirname, "authority.sh"),
        values: { KUBEADM_CONFIG: authorityConfig(environment, authorityDirectory), DIRECTORY: authorityDirectory },
        secretOutput: true,
        forGood: true,
      },
      { parent: this },
    );
  }

  private initialise(
    machine: Machine,
    args: ControlPlaneArgs,
    authority: HostScript,
    before: readonly pulumi.Resource[],
  ): readonly pulumi.Resource[] {
    const { environment, etcd } = args;
    const master = new HostScript(
      stepOn(machine, masterStep),
      {
        machine,
        script: join(__dirname, "master.sh"),
        uses: [
          leavesScript,
          certificatesScript,
          ...renewalScripts,
          ...leaveScripts,
          ...kubeletUnitScripts,
          join(__dirname, "manifests.sh"),
        ],
        values: valuesFor(machine, args),
        secrets: {
          AUTHORITY: authority.stdout,
          ETCD_CA_CRT: etcd.authority.certificate,
          ETCD_CA_KEY: etcd.authority.key,
        },
        files: [...componentFiles(environment), ...(environment.certificates.timer ? timerUnits(machine) : [])],
        effects: effectsOn(machine),
      },
      { parent: this, dependsOn: [authority, etcd, ...before] },
    );
    this.ends[machine.name] = endsOf(master);
    return [master, ...this.share(machine, environment, master)];
  }

  /** The administrator's kubeconfig, when the API of the operator is there; on another operator it is issued again. */
  private issue(machine: Machine, { environment, etcd }: ControlPlaneArgs): HostScript {
    const { certificates } = environment;
    return new HostScript(
      "credentials",
      {
        machine,
        script: credentialsScript,
        values: {
          KUBEADM_CONFIG: administratorConfig(environment),
          ADMINISTRATOR: certificates.administrator,
          VALIDITY: lengthsOf(environment).validity,
          GOOD_UNTIL: etcd.goodUntil,
        },
        secretOutput: true,
        effects: credentialEffects,
      },
      { parent: this, deletedWith: this.cluster },
    );
  }

  /** What the state knows of a master that is lost is forgotten. */
  private forget(machine: Machine): void {
    for (const step of [masterStep, virtualAddressStep]) {
      new HostScript(stepOn(machine, step), { machine, script: join(__dirname, "master.sh") }, { parent: this });
    }
  }

  /** The master takes part in holding the common address, where there is one. */
  private share(machine: Machine, environment: MasterSettings, master: HostScript): readonly VirtualAddress[] {
    const { virtualAddress } = environment.kubernetes;
    if (virtualAddress === undefined) return [];
    return [
      new VirtualAddress(
        stepOn(machine, virtualAddressStep),
        { machine, environment, virtualAddress },
        { parent: this, dependsOn: [master] },
      ),
    ];
  }

  /** kubeadm writes what holds on the machines: their own proxy. */
  private withEndpoint(base64: string): string {
    const text = Buffer.from(base64, "base64").toString();
    return text.replace(/^(\s*server: ).*$/m, `$1https://${this.endpoint}`);
  }
}

/** What the script of a master reads. */
function valuesFor(
  machine: Machine,
  args: ControlPlaneArgs,
): Readonly<Record<string, ScriptValue | pulumi.Output<string>>> {
  const { environment } = args;
  const lengths = lengthsOf(environment);
  return {
    KUBEADM_CONFIG: kubeadmConfig({ ...args, machine, etcdEndpoints: args.etcd.endpoints }),
    GOOD_UNTIL: args.etcd.goodUntil,
    VALIDITY: lengths.validity,
    LAST_CALL: lengths.lastCall,
    TIMER: environment.certificates.timer,
    CERTIFICATE_CONFIG: certificateConfig(machine, environment.kubernetes.version, "/etc/kubernetes/pki"),
    CERTIFICATE_NAMES: certificateNames(environment, machine).map(asShown),
    CRI_SOCKET: criSocket(environment.kubernetes.runtime),
    COREDNS_TAG: args.artifacts.images.corednsTag,
    ENDPOINT: serverAddress(environment, machine),
    PROXY: nodeEndpoint,
    KUBELET_CONFIG_FILE: kubeletConfigFile,
    FILES_DIRECTORY: filesDirectory,
    FILES: componentFiles(environment).map(({ path }) => path),
    IGNORED_CHECKS: machine.sharedKernel ? ",SystemVerification" : "",
    NODE: machine.name,
    TAINTS: JSON.stringify(machine.config.taints ?? []),
    TAKES_PODS: takesPods(machine.config),
  };
}
