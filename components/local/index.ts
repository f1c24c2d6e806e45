import * as docker from "@pulumi/docker";
import * as pulumi from "@pulumi/pulumi";

import type { LocalSettings } from "./settings";
import type { MachineConfig, Machine } from "../machine";
import type { Fleet } from "../script";
import { shortest } from "../ssh";
import { apart } from "./apart";
import type { Build, Builds } from "./builds";
import { containerArgs, livingContainer, mounts } from "./container";
import { existingKeyPair, hostKeyFile, keyPair, loginKeyFile, made, newKeyPair, type KeyPair } from "./keys";
import { localLogin, loginsHere } from "./login";
import { nameservers } from "./nameservers";
import { rememberBuilt } from "./records";
import { removeContainer, removeEmptyNetwork } from "./leftovers";
import { buildLabel, prefixOf } from "./survey";

export { stackDirectory } from "./keys";
export { addressesHere, buildsHere, type Builds, type Rebuild } from "./builds";
export { localLogin, loginsHere };

export interface LocalMachinesArgs {
  readonly environment: LocalSettings;
  /** Which containers there are, and which are to be made. */
  readonly builds: Builds;
  readonly fleet: Fleet;
}

/**
 * Machines as containers on this computer, each with systemd, sshd and a disk of its own, on a network of the stack's. One
 * that is there stays as it is, whatever Docker says of it; one that is to be made gets a new disk and a new host key.
 */
export class LocalMachines extends pulumi.ComponentResource {
  readonly machines: readonly Machine[];
  private readonly guard: pulumi.ResourceHook;

  constructor(
    name: string,
    private readonly args: LocalMachinesArgs,
    opts?: pulumi.ComponentResourceOptions,
  ) {
    super("keelson:local:LocalMachines", name, {}, opts);
    const { stack, local, machines } = args.environment;
    const emptyNetwork = new pulumi.ResourceHook("keelson-network", () => removeEmptyNetwork(stack));
    const network = new docker.Network(
      name,
      { name: prefixOf(stack), driver: "bridge", ipamConfigs: [{ subnet: local.subnet }] },
      // The subnet of a stack that is there does not change, as the plan says; Docker adds words of its own to the rest.
      {
        parent: this,
        ignoreChanges: ["driver", "ipamConfigs", "ipamDriver", "options"],
        hooks: { beforeCreate: [emptyNetwork] },
      },
    );
    this.guard = new pulumi.ResourceHook("keelson-machine", (hook) => this.refuse(hook), { onDryRun: true });
    // Keys are made when there is something to make them for: never by a preview.
    const login = apart(network.id.apply(() => made(loginKeyFile(stack), keyPair)));
    this.machines = machines.map((config) => this.machine(config, network, login));
    this.registerOutputs({});
  }

  private machine(config: MachineConfig, network: docker.Network, login: pulumi.Output<KeyPair>): Machine {
    const { stack } = this.args.environment;
    const build = this.args.builds.get(config.name) ?? {};
    const container = this.container(config, build, network, login);
    const known = container.id.apply(() => {
      if (!pulumi.runtime.isDryRun()) rememberBuilt(stack, config.name);
      return made(hostKeyFile(stack, config.name), existingKeyPair).publicKey;
    });
    const hostKey = apart(known);
    return {
      name: config.name,
      address: config.address,
      fleet: this.args.fleet,
      config,
      connection: {
        host: config.address,
        port: 22,
        user: "keelson",
        privateKey: pulumi.secret(login.privateKey.apply(shortest)),
        hostKey,
      },
      identity: hostKey,
      access: { name: config.name, login: () => localLogin(this.args.environment, config.name) },
      dependsOn: [container],
      deletedWith: container,
      sharedKernel: config.sharedKernel,
      nameservers: nameservers(),
    };
  }

  /**
   * What is to be rebuilt is deleted first, for two cannot have one name. What stays would be made a second time first, and that
   * is refused, whatever a plugin takes for a difference.
   */
  private lifetime({ stays = false }: Build): pulumi.CustomResourceOptions {
    return { deleteBeforeReplace: !stays, ...(stays ? { hooks: { beforeCreate: [this.guard] } } : {}) };
  }

  /** A container that a run made which was killed at that moment, and which the state does not know, makes way for its like. */
  private refuse({ name, type }: pulumi.ResourceHookArgs): void {
    const { builds, environment } = this.args;
    if (!builds.get(name)?.halfMade) {
      throw new Error(
        `${name}: its container and its disk are there, and would be rebuilt, which nothing asks for: nothing of them was touched. ` +
          "Where they were made for another state, remove them: docker rm --force, docker volume rm; where by another plugin, set the plugins back",
      );
    }
    if (type.endsWith(":Container") && !pulumi.runtime.isDryRun()) removeContainer(environment.stack, name);
  }

  private container(
    config: MachineConfig,
    build: Build,
    network: docker.Network,
    login: pulumi.Output<KeyPair>,
  ): docker.Container {
    const { stack } = this.args.environment;
    const name = `${prefixOf(stack)}-${config.name}`;
    // Another in each run, where it is to be made: a preview's plan could not be kept with it.
    const id = build.why && pulumi.runtime.isDryRun() ? pulumi.output(pulumi.unknown as unknown as string) : build.id;
    const labels = id === undefined ? [] : [{ label: buildLabel, value: id }];
    const disk = new docker.Volume(
      config.name,
      { name, ...(labels.length > 0 ? { labels } : {}) },
      { parent: this, ...this.lifetime(build), ignoreChanges: build.why ? [] : ["labels"] },
    );
    // By now the machine that was there before is gone, and with it whoever is known by its key.
    const hostKeys = pulumi.all([disk.id, login]).apply(() => {
      const file = hostKeyFile(stack, config.name);
      if (build.why && !pulumi.runtime.isDryRun()) newKeyPair(file);
      return file;
    });
    const args = containerArgs({
      name,
      config,
      labels,
      network: network.name,
      disk: disk.name,
      mounts: mounts(stack, hostKeys),
    });
    // What is in the image and what is on the disk belong together: neither is of use without the other.
    return new docker.Container(config.name, args, {
      parent: this,
      ...this.lifetime(build),
      replaceWith: [disk],
      ignoreChanges: build.why ? [] : livingContainer(args),
    });
  }
}
