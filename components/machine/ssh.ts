import { bastionName, loginArgs, sshLogin, type FirstHop, type SshConfig, type SshLogin } from "../ssh";
import type { Machine } from "./machine";
import type { MachineConfig } from "./roles";

import type { Fleet } from "../script";
interface Machines {
  readonly ssh: SshConfig;
  readonly machines: readonly MachineConfig[];
  readonly lost: readonly MachineConfig[];
}

/** The machines that the stack names by their SSH addresses, those among them that are lost. */
export function sshMachines(environment: Machines, fleet: Fleet): readonly Machine[] {
  const { bastion, connectTimeout } = environment.ssh;
  const proxy = bastion && loginArgs(bastion, connectTimeout);
  return [...environment.machines, ...environment.lost].map((config) => ({
    name: config.name,
    address: config.address,
    fleet,
    config,
    lost: config.lost,
    connection: { ...loginArgs(config.ssh, connectTimeout), ...(proxy ? { proxy } : {}) },
    access: { name: config.name, login: () => sshLogin(config.ssh) },
    firstHop: firstHop(config.name, config.ssh, bastion),
    identity: config.ssh.hostKey ?? config.ssh.host,
    dependsOn: [],
    sharedKernel: config.sharedKernel,
    nameservers: [],
  }));
}

function firstHop(machine: string, login: SshLogin, bastion: SshLogin | undefined): FirstHop {
  const { host, port, hostKey } = bastion ?? login;
  return { name: bastion ? bastionName : machine, host, port, hostKey };
}
