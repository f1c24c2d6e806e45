import { existsSync, readdirSync } from "node:fs";
import { lookup } from "node:dns/promises";
import { BlockList, isIP, isIPv6 } from "node:net";
import { networkInterfaces } from "node:os";

/**
 * Stand-in plugins reach this computer only: its own addresses, and the networks of its containers. A stand-in must
 * never be what runs commands on somebody's real machines.
 */

/** One address of one network interface. */
export interface InterfaceAddress {
  readonly address: string;
  /** Address and prefix length, as `172.30.0.1/24`. */
  readonly cidr: string | null;
  /** True for a bridge that only containers hang on: everything in its network is on this computer. */
  readonly containerBridge: boolean;
}

/** True for a loopback address, an address of this computer, and one in a network of its containers. */
export function isLocalAddress(address: string, interfaces: readonly InterfaceAddress[]): boolean {
  const local = new BlockList();
  local.addSubnet("127.0.0.0", 8, "ipv4");
  local.addAddress("::1", "ipv6");
  for (const own of interfaces) {
    const family = isIPv6(own.address) ? "ipv6" : "ipv4";
    local.addAddress(own.address, family);
    const prefix = Number(own.cidr?.split("/")[1]);
    if (own.containerBridge && prefix > 0) local.addSubnet(own.address, prefix, family);
  }
  return local.check(address, isIPv6(address) ? "ipv6" : "ipv4");
}

/** Throws unless every address of the host is on this computer. */
export async function requireLocal(host: string, standsFor: string): Promise<void> {
  const addresses = isIP(host) ? [host] : (await lookup(host, { all: true })).map((found) => found.address);
  const interfaces = ownInterfaces();
  const foreign = addresses.find((address) => !isLocalAddress(address, interfaces));
  if (foreign !== undefined) {
    const networks = interfaces.filter((own) => own.containerBridge).map((own) => own.cidr);
    throw new Error(
      `${host}: the stand-in plugin for ${standsFor} only reaches this computer: loopback, and the networks of its ` +
        `running containers (${networks.join(", ") || "none now"}). Install the official plugin for other machines.`,
    );
  }
}

function ownInterfaces(): InterfaceAddress[] {
  return Object.entries(networkInterfaces()).flatMap(([name, addresses]) => {
    const containerBridge = isContainerBridge(name);
    return (addresses ?? []).map(({ address, cidr }) => ({ address, cidr, containerBridge }));
  });
}

/** A bridge without a physical device among its ports; one with such a device reaches other computers. */
function isContainerBridge(name: string): boolean {
  const device = `/sys/class/net/${name}`;
  if (!existsSync(`${device}/bridge`)) return false;
  return readdirSync(`${device}/brif`).every((port) => !existsSync(`/sys/class/net/${port}/device`));
}
