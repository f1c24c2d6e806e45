import { chmodSync } from "node:fs";

import { parseFacts } from "../../components/pairs/told";
import { Host } from "./host";

let host: Host;
beforeEach(() => {
  host = new Host();
  host.write("proc/sys/kernel/hostname", "m\n");
  host.write("proc/sys/kernel/random/boot_id", "boot\n");
});
afterEach(() => host.remove());

/** The first place where the look finds commands. */
function command(name: string, output: string): void {
  host.write(`usr/local/sbin/${name}`, `#!/bin/bash\nprintf '%s\\n' '${output}'\n`);
  chmodSync(host.path(`usr/local/sbin/${name}`), 0o755);
}

const silent = { ufw: "", "firewall-cmd": "", nft: "", "iptables-save": "" };
const firewalls = (commands: Readonly<Record<string, string>>) => {
  for (const [name, output] of Object.entries({ ...silent, ...commands })) command(name, output);
  const { stdout, stderr } = host.bash(Host.script("pairs/facts.sh"));
  expect(stderr).toBe("");
  return parseFacts(stdout, 0)?.firewalls;
};

test.each([
  ["ufw", "ufw", "Status: active\nTo  Action  From"],
  ["firewalld", "firewall-cmd", "running"],
  ["nftables", "nft", "table inet f { chain input { type filter hook input priority 0; policy drop; } }"],
  ["iptables", "iptables-save", "*filter\n:INPUT DROP [0:0]"],
  ["iptables", "iptables-save", "*filter\n:INPUT ACCEPT [0:0]\n-A INPUT -p tcp -j REJECT"],
])("%s is up where %s says so", (firewall, name, output) => {
  expect(firewalls({ [name]: output })).toEqual([firewall]);
});

test("none is where they let everything in, or are switched off", () => {
  const open = {
    ufw: "Status: inactive",
    "firewall-cmd": "not running",
    nft: "chain input { type filter hook input priority 0; policy accept; }\nchain forward { type filter hook forward priority 0; policy drop; }",
    "iptables-save": ":INPUT ACCEPT [0:0]\n:FORWARD DROP [0:0]\n-A FORWARD -j REJECT\n-A INPUT -j ACCEPT",
  };
  expect(firewalls(open)).toEqual([]);
});
