import { execFileSync } from "node:child_process";
import { randomBytes } from "node:crypto";
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";

import { parseAllDocuments, stringify } from "yaml";

import { environmentOf } from "../../cli/machines";
import { artifactSet } from "../../components/artifacts";
import { bundleDirectory } from "../../components/artifacts/cache";
import { proxyPort } from "../../components/endpoint";
import type { Environment } from "../../components/environment";
import { criDockerdUnits, daemonJson } from "../../components/docker/render";
import { encryptionOf, providersFile } from "../../components/encryption/settings";
import { certificateConfig, clientUrl, etcdUnit, initialCluster } from "../../components/etcd/render";
import { nodeEndpoint, proxyHost } from "../../components/endpoint";
import { kubeletConfiguration, kubeletUnit } from "../../components/kubelet/render";
import { capabilities } from "../../components/local/container";
import { keyPair } from "../../components/local/keys";
import type { Machine, MachineConfig } from "../../components/machine";
import { Fleet } from "../../components/script";
import { componentFiles } from "../../components/master/files";
import { kubeadmConfig, kubeletDefaults, serverAddress } from "../../components/master/render";
import { nameserverLines } from "../support/ownMachines";
import { here, type TestStack } from "../support/stack";

const network = "keelson-bench-floor";
const prefix = "172.31.245";
/** Good for an hour, on machines that live for a minute. */
const token = "abcdef.0123456789abcdef";

export interface FloorRun {
  /** The cluster as a whole, seconds. */
  readonly seconds: number;
  /** Workers that joined after that, seconds. @default there were none */
  readonly more?: number;
  readonly phases: readonly string[];
}

/** The plain script, with files that make its cluster the same as the stack's. */
export class Floor {
  private readonly files = mkdtempSync(join(tmpdir(), "keelson-floor-files-"));
  private readonly keys = mkdtempSync(join(tmpdir(), "keelson-floor-keys-"));
  private readonly machines: readonly Machine[];
  private readonly built: number;

  /**
   * The stack must be up: its Kubernetes resources are read from its state.
   * @param more Workers that join when the cluster is built, each as the last of the stack's.
   */
  constructor(stack: TestStack, more = 0) {
    const environment = environmentOf(stack.name);
    const { machines } = environment;
    const added = Array.from({ length: more }, (_, index) => ({ ...last(machines), name: `more-${index + 1}` }));
    this.built = machines.length;
    this.machines = [...machines, ...added].map((config, index) => machineAt(config, `${prefix}.${11 + index}`));
    this.render(environment, stack);
    keyPair(join(this.keys, "id_ed25519"));
    for (const { name } of this.machines) {
      mkdirSync(join(this.keys, name));
      keyPair(join(this.keys, name, "ssh_host_ed25519_key"));
    }
  }

  /** What each phase took; without what came after the cluster was built. */
  run(): FloorRun {
    here("docker", "network", "create", "--subnet", `${prefix}.0/24`, network);
    const began = Date.now();
    try {
      const output = execFileSync(join(__dirname, "floor.sh"), {
        encoding: "utf8",
        env: { ...process.env, ...this.variables() },
        stdio: ["ignore", "pipe", "inherit"],
      });
      return ran(output, began / 1000);
    } finally {
      this.remove();
    }
  }

  private variables(): Record<string, string> {
    const names = this.machines.map(({ name }) => name);
    return {
      NETWORK: network,
      PREFIX: prefix,
      NAMES: names.slice(0, this.built).join(" "),
      MORE: names.slice(this.built).join(" "),
      CAPABILITIES: capabilities.join(" "),
      FILES: this.files,
      KEYS: this.keys,
      BUNDLE: bundleDirectory(),
      TOKEN: token,
    };
  }

  private remove(): void {
    here("docker", "rm", "--force", "--volumes", ...this.machines.map(({ name }) => `${network}-${name}`));
    here("docker", "network", "rm", network);
    for (const directory of [this.files, this.keys]) rmSync(directory, { recursive: true, force: true });
  }

  private render(environment: Environment, stack: TestStack): void {
    const [master] = this.machines;
    if (!master) throw new Error("the stack has no machines");
    const artifacts = artifactSet(environment);
    const write = (name: string, content: string) => writeFileSync(join(this.files, name), content);
    const version = environment.kubernetes.version;
    const etcdEndpoints = [clientUrl(master, environment.etcd)];
    // One master that stays needs no proxies: the floor goes without.
    const config = kubeadmConfig({ environment, machine: master, etcdEndpoints, artifacts });
    const own = config.replace(nodeEndpoint, serverAddress(environment, master));
    write("kubeadm.yaml", withToken(`${own}---\n${kubeletDefaults(environment)}`));
    for (const { path, content } of serverFiles(environment)) {
      mkdirSync(dirname(join(this.files, "root", path)), { recursive: true });
      write(join("root", path), content);
    }
    write("certificates.yaml", certificateConfig(master, version, "/etc/etcd/pki"));
    write("client-certificate.yaml", certificateConfig(master, version, "/etc/kubernetes/pki"));
    const beginning = `Environment=ETCD_INITIAL_CLUSTER=${initialCluster([master], environment.etcd)}`;
    // As root: the floor makes no user.
    write(
      "etcd.service",
      etcdUnit(master, { ...environment.etcd, user: "root" }).content.replace(/^EnvironmentFile=.*$/m, beginning),
    );
    write("daemon.json", daemonJson(environment.docker.daemon).content);
    write("resolv.conf", nameserverLines());
    const detected = "cgroupDriver: cgroupfs\nfailCgroupV1: false\nresolvConf: /etc/kubernetes/resolv.conf\n";
    write("kubelet-config.yaml", kubeletConfiguration(environment, master) + detected);
    for (const { path, content } of criDockerdUnits(artifacts.images.pause)) {
      write(path.split("/").at(-1) ?? "", content);
    }
    for (const machine of this.machines) write(`kubelet-${machine.name}.service`, kubeletUnit(machine).content);
    const objects = objectsOf(stack)
      .replace(`value: ${proxyHost}\n`, `value: ${master.address}\n`)
      .replace(`value: "${proxyPort}"`, `value: "${environment.kubernetes.bindPort}"`);
    write("objects.yaml", objects.replaceAll(environment.machines[0]?.address ?? "", master.address));
  }
}

function machineAt(config: MachineConfig, address: string): Machine {
  const connection = { host: address };
  const common = { identity: "", dependsOn: [], sharedKernel: true, nameservers: [] };
  return { name: config.name, address, fleet: new Fleet("", () => Promise.resolve()), config, connection, ...common };
}

/** What the API server reads besides its certificates. */
function serverFiles(environment: Environment): readonly { readonly path: string; readonly content: string }[] {
  if (!encryptionOf(environment)) return componentFiles(environment);
  const secretbox = { keys: [{ name: "floor", secret: randomBytes(32).toString("base64") }] };
  const providers = {
    apiVersion: "apiserver.config.k8s.io/v1",
    kind: "EncryptionConfiguration",
    resources: [{ resources: ["secrets"], providers: [{ secretbox }] }],
  };
  return [...componentFiles(environment), { path: providersFile, content: stringify(providers) }];
}

function withToken(kubeadm: string): string {
  const documents = parseAllDocuments(kubeadm).map((document) => document.toJS() as Record<string, unknown>);
  return documents
    .map((document) =>
      document["kind"] === "InitConfiguration"
        ? {
            ...document,
            bootstrapTokens: [
              {
                token,
                ttl: "1h",
                usages: ["signing", "authentication"],
                groups: ["system:bootstrappers:kubeadm:default-node-token"],
              },
            ],
          }
        : document,
    )
    .map((document) => stringify(document))
    .join("---\n");
}

interface State {
  readonly checkpoint: {
    readonly latest: { readonly resources: readonly { readonly type: string; readonly inputs: object }[] };
  };
}

/** What the stack has in its cluster, as one would write it for kubectl. */
function objectsOf(stack: TestStack): string {
  const { checkpoint } = JSON.parse(stack.state()) as State;
  return checkpoint.latest.resources
    .filter(({ type }) => type.startsWith("kubernetes:") && !type.endsWith("Patch"))
    .map(({ inputs }) => stringify(inputs))
    .join("---\n");
}

/** How long each phase took, from the times at which they ended. */
function ran(output: string, began: number): FloorRun {
  let before = began;
  const phases = output
    .trim()
    .split("\n")
    .map((line) => {
      const [time = "", ...name] = line.split(" ");
      const seconds = Number(time) - before;
      before = Number(time);
      return { name: name.join(" "), seconds };
    });
  const more = phases.find(({ name }) => name === "one more worker")?.seconds;
  return {
    seconds: before - began - (more ?? 0),
    more,
    phases: phases.map(({ name, seconds }) => `${name} ${seconds.toFixed(1)}`),
  };
}

function last<T>(items: readonly T[]): T {
  const item = items.at(-1);
  if (item === undefined) throw new Error("the stack has no machines");
  return item;
}
