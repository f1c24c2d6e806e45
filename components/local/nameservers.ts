import { existsSync, readFileSync } from "node:fs";

/** Name servers of this computer that containers can reach: loopback addresses are its own affair. */
export function nameservers(): readonly string[] {
  const files = ["/run/systemd/resolve/resolv.conf", "/etc/resolv.conf"].filter((file) => existsSync(file));
  return files
    .flatMap((file) => readFileSync(file, "utf8").split("\n"))
    .map((line) => /^nameserver\s+([\d.]+)/.exec(line)?.[1])
    .filter((address): address is string => address !== undefined && !address.startsWith("127."))
    .filter((address, index, all) => all.indexOf(address) === index)
    .slice(0, 3);
}
