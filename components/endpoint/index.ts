import { join } from "node:path";

import * as pulumi from "@pulumi/pulumi";

import type { EndpointSettings } from "./settings";
import type { Machine } from "../machine";
import { HostScript, packageScripts, stepOn, unitsScripts, type Effects } from "../script";
import {
  addressCheck,
  otherMasters,
  proxyConfig,
  proxyConfigFile,
  proxyUnit,
  virtualAddressConfig,
  virtualAddressConfigFile,
  virtualAddressUnit,
} from "./render";
import { proxyStep } from "./step";

export { ask, askPatiently, demand, type Answer, type Question } from "./api";
export { proxyPort } from "./settings";

export { clusterEndpoint, nodeEndpoint, proxyHost } from "./render";

/** A function of a script on a master that tells of all API servers. */
export const serversScript = join(__dirname, "servers.sh");

/** Functions of a script on a master that lets another have the common address while its API server restarts. */
export const yieldScripts = [serversScript, join(__dirname, "yield.sh")];

export interface ApiProxiesArgs {
  /** Every machine that is to be a node. */
  readonly machines: readonly Machine[];
  readonly environment: EndpointSettings;
}

const effects: Effects = {
  create: "a proxy to the masters is installed",
  update: (changed) => {
    if (changed.has(proxyUnit.path)) return "its proxy to the masters restarts";
    return changed.has(proxyConfigFile)
      ? "its proxy to the masters reloads its configuration, without a restart"
      : "its proxy to the masters is checked";
  },
};

/** Every node reaches the API through a proxy of its own, which leads to the masters that are well. */
export class ApiProxies extends pulumi.ComponentResource {
  private readonly proxies: ReadonlyMap<string, pulumi.Resource>;

  constructor(name: string, { machines, environment }: ApiProxiesArgs, opts?: pulumi.ComponentResourceOptions) {
    super("keelson:endpoint:ApiProxies", name, {}, opts);
    const files = [proxyConfig(environment), proxyUnit];
    const script = join(__dirname, "proxy.sh");
    const uses = [...unitsScripts, ...packageScripts];
    const values = { CONFIG_FILE: proxyConfigFile };
    const shared = files.map(({ path }) => path);
    this.proxies = new Map(
      machines.map((machine) => [
        machine.name,
        new HostScript(
          stepOn(machine, proxyStep),
          { machine, script, uses, values, files, shared, effects },
          { parent: this },
        ),
      ]),
    );
    this.registerOutputs({});
  }

  /** The machines, their later scripts waiting for their proxies as well. */
  before(machines: readonly Machine[]): readonly Machine[] {
    return machines.map((machine) => {
      const proxy = this.proxies.get(machine.name);
      return proxy ? { ...machine, dependsOn: [...machine.dependsOn, proxy] } : machine;
    });
  }
}

export interface VirtualAddressArgs {
  /** A master whose API server answers. */
  readonly machine: Machine;
  readonly environment: EndpointSettings;
  readonly virtualAddress: string;
}

const addressEffects = (virtualAddress: string): Effects => ({
  create: `it takes part in holding the masters' common address, ${virtualAddress}`,
  update: (changed) =>
    changed.has("ENDPOINT")
      ? `the masters' common address becomes ${virtualAddress}, and the one before leads nowhere any more: run make kubeconfig afterwards, and hand the kubeconfig out again`
      : "its part in holding the masters' common address is checked",
});

/** A master takes part in holding the masters' common address, which answers when this is done. */
export class VirtualAddress extends HostScript {
  constructor(
    name: string,
    { machine, environment, virtualAddress }: VirtualAddressArgs,
    opts: pulumi.CustomResourceOptions,
  ) {
    super(
      name,
      {
        machine,
        script: join(__dirname, "virtualAddress.sh"),
        uses: [...unitsScripts, ...packageScripts],
        values: {
          CONFIG: virtualAddressConfig(machine, environment, virtualAddress),
          CONFIG_FILE: virtualAddressConfigFile,
          ADDRESS: machine.address,
          ENDPOINT: `${virtualAddress}:${environment.kubernetes.bindPort}`,
          OTHERS: otherMasters(machine, environment),
        },
        files: [virtualAddressUnit, addressCheck(machine, environment, virtualAddress)],
        effects: addressEffects(virtualAddress),
      },
      opts,
    );
  }
}
