import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";

import * as docker from "@pulumi/docker";
import * as pulumi from "@pulumi/pulumi";

import { bundleDirectory } from "../artifacts/cache";
import type { Environment, MachineConfig } from "../config";
import type { Machine } from "../machine";
import { containerArgs } from "./container";
import { keyPair, stackDirectory } from "./keys";

/** Machines as containers on this computer, each with systemd, sshd and a disk of its own, on a network of the stack's. */
export class LocalMachines extends pulumi.ComponentResource {
  readonly machines: readonly Machine[];

  constructor(name: string, environment: Environment, opts?: pulumi.ComponentResourceOptions) {
    super("keelson:local:LocalMachines", name, {}, opts);
    const prefix = `keelson-${environment.stack}`;
    const network = new docker.Network(
      name,
      { name: prefix, driver: "bridge", ipamConfigs: [{ subnet: environment.local.subnet }] },
      { parent: this },
    );
    const keys = stackDirectory(environment.stack);
    const login = keyPair(join(keys, "id_ed25519"));
    this.machines = environment.machines.map((config) => {
      const hostKeys = join(keys, config.name);
      const host = keyPair(join(hostKeys, "ssh_host_ed25519_key"));
      const container = this.container(prefix, config, environment, network, [
        { hostPath: hostKeys, containerPath: "/etc/keelson-machine/hostkey", readOnly: true },
        {
          hostPath: join(keys, "id_ed25519.pub"),
          containerPath: "/etc/keelson-machine/authorized_keys",
          readOnly: true,
        },
        { hostPath: bundleDirectory(), containerPath: "/opt/keelson/bundle", readOnly: true },
      ]);
      return localMachine(config, container, login.privateKey, host.publicKey);
    });
    this.registerOutputs({});
  }

  private container(
    prefix: string,
    config: MachineConfig,
    environment: Environment,
    network: docker.Network,
    mounts: readonly docker.types.input.ContainerVolume[],
  ): docker.Container {
    const name = `${prefix}-${config.name}`;
    const disk = new docker.Volume(config.name, { name }, { parent: this });
    return new docker.Container(
      config.name,
      containerArgs(name, config, environment.local.image, network.name, [
        { volumeName: disk.name, containerPath: "/var" },
        ...mounts,
      ]),
      { parent: this, deleteBeforeReplace: true },
    );
  }
}

function localMachine(
  config: MachineConfig,
  container: docker.Container,
  privateKey: string,
  hostKey: string,
): Machine {
  return {
    name: config.name,
    address: config.address,
    config,
    connection: {
      host: config.address,
      port: 22,
      user: "keelson",
      privateKey: pulumi.secret(privateKey),
      hostKey,
    },
    identity: hostKey,
    dependsOn: [container],
    deletedWith: container,
    sharedKernel: config.sharedKernel,
    nameservers: nameservers(),
  };
}

/** Name servers of this computer that containers can reach: loopback addresses are its own affair. */
function nameservers(): readonly string[] {
  const files = ["/run/systemd/resolve/resolv.conf", "/etc/resolv.conf"].filter((file) => existsSync(file));
  return files
    .flatMap((file) => readFileSync(file, "utf8").split("\n"))
    .map((line) => /^nameserver\s+([\d.]+)/.exec(line)?.[1])
    .filter((address): address is string => address !== undefined && !address.startsWith("127."))
    .filter((address, index, all) => all.indexOf(address) === index)
    .slice(0, 3);
}
