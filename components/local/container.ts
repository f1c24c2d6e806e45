import { dirname } from "node:path";

import type * as docker from "@pulumi/docker";
import type * as pulumi from "@pulumi/pulumi";

import { bundleDirectory } from "../artifacts";
import type { MachineConfig } from "../machine";
import { loginKeyFile } from "./keys";

/**
 * Every capability but SYS_RESOURCE, which some computers withhold from every process: the machines then behave the
 * same everywhere. The newest ones are left out too: older engines do not know their names, and SYS_ADMIN includes them.
 */
export const capabilities = [
  "AUDIT_CONTROL AUDIT_READ AUDIT_WRITE BLOCK_SUSPEND CHOWN DAC_OVERRIDE DAC_READ_SEARCH FOWNER",
  "FSETID IPC_LOCK IPC_OWNER KILL LEASE LINUX_IMMUTABLE MAC_ADMIN MAC_OVERRIDE MKNOD NET_ADMIN NET_BIND_SERVICE",
  "NET_BROADCAST NET_RAW SETFCAP SETGID SETPCAP SETUID SYSLOG SYS_ADMIN SYS_BOOT SYS_CHROOT SYS_MODULE SYS_NICE",
  "SYS_PACCT SYS_PTRACE SYS_RAWIO SYS_TIME SYS_TTY_CONFIG WAKE_ALARM",
]
  .join(" ")
  .split(" ")
  .map((capability) => `CAP_${capability}`);

export interface ContainerParts {
  /** The container's name. */
  readonly name: string;
  readonly config: MachineConfig;
  readonly labels: docker.types.input.ContainerLabel[];
  readonly network: pulumi.Input<string>;
  /** The volume on which the machine keeps what it keeps. */
  readonly disk: pulumi.Input<string>;
  readonly mounts: docker.types.input.ContainerVolume[];
}

/**
 * A container in which systemd, sshd, Docker and Kubernetes run. It must work where `--privileged` does not, so each
 * freedom is given by name.
 */
export function containerArgs({ name, config, labels, network, disk, mounts }: ContainerParts): docker.ContainerArgs {
  return {
    name,
    hostname: config.name,
    image: config.image ?? "",
    ...(labels.length > 0 ? { labels } : {}),
    capabilities: { adds: capabilities },
    securityOpts: ["seccomp=unconfined", "apparmor=unconfined", "systempaths=unconfined"],
    cgroupnsMode: "private",
    devices: [{ hostPath: "/dev/kmsg", containerPath: "/dev/kmsg", permissions: "rwm" }],
    tmpfs: { "/run": "", "/tmp": "" },
    volumes: [{ volumeName: disk, containerPath: "/var" }, ...mounts],
    networksAdvanced: [{ name: network, ipv4Address: config.address }],
    mustRun: true,
  };
}

/**
 * What stays as it was made while the container lives. Docker reports some of it in other words than it was told, and a
 * difference would be a new machine. Whether it runs is all that is set right in place.
 */
export function livingContainer(args: docker.ContainerArgs): string[] {
  return [...new Set([...Object.keys(args), "labels", "networkMode"])].filter((name) => name !== "mustRun");
}

/** What a machine has of this computer: its keys, and the bundle. */
export function mounts(stack: string, hostKeys: pulumi.Output<string>): docker.types.input.ContainerVolume[] {
  const inside = "/etc/keelson-machine";
  return [
    { hostPath: hostKeys.apply((file) => dirname(file)), containerPath: `${inside}/hostkey`, readOnly: true },
    { hostPath: `${loginKeyFile(stack)}.pub`, containerPath: `${inside}/authorized_keys`, readOnly: true },
    { hostPath: bundleDirectory(), containerPath: "/opt/keelson/bundle", readOnly: true },
  ];
}
