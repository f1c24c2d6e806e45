import { readFileSync } from "node:fs";

import * as pulumi from "@pulumi/pulumi";

import type { Environment } from "../config";
import type { Machine } from "./machine";

/** The machines that the stack names by their SSH addresses, those among them that are lost. */
export function sshMachines({ machines, lost }: Environment): readonly Machine[] {
  return [...machines, ...lost].map((config) => ({
    name: config.name,
    address: config.address,
    config,
    lost: config.lost,
    connection: {
      host: config.ssh.host,
      port: config.ssh.port,
      user: config.ssh.user,
      privateKey: pulumi.secret(readFileSync(config.ssh.privateKeyFile, "utf8")),
      hostKey: config.ssh.hostKey,
    },
    identity: config.ssh.hostKey ?? config.ssh.host,
    dependsOn: [],
    sharedKernel: config.sharedKernel,
    nameservers: [],
  }));
}
