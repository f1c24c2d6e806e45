import { wrapping } from "../network/settings";
import type { MachineTold, Tried, TriedPair } from "./told";

/** So many seconds a clock may be from the others, before certificates and tokens are not valid there. */
const clockLimit = 30;

/** What keeps machines from working together, each with the way out; and what is only to be known. */
export interface Report {
  readonly problems: readonly string[];
  readonly warnings: readonly string[];
}

export function reportOf(tried: Tried): Report {
  const failed = tried.pairs.filter(({ answer }) => answer !== "ok");
  return {
    problems: [...notListening(tried), ...waysOf(failed, tried), ...sizesOf(failed), ...twins(tried), ...clocks(tried)],
    warnings: [...notTried(tried), ...products(tried), ...hostnames(tried)],
  };
}

/** Ways that are closed: those to one port of a machine together. */
function waysOf(failed: readonly TriedPair[], { machines }: Tried): readonly string[] {
  const closed = new Map<string, TriedPair[]>();
  for (const pair of failed.filter(({ answer }) => answer !== "small")) {
    const key = [pair.to.name, pair.kind, pair.port, pair.answer].join(" ");
    closed.set(key, [...(closed.get(key) ?? []), pair]);
  }
  return [...closed.values()].map((pairs) => {
    const [first] = pairs as [TriedPair, ...TriedPair[]];
    const from = listed(pairs.map(({ from }) => from.name));
    const firewalls = machines.get(first.to.name)?.firewalls ?? [];
    return `${from} → ${first.to.name} (${first.to.address}), ${portOf(first)}, ${first.what}: ${first.answer}. ${wayOut(first, firewalls, pairs)}`;
  });
}

function portOf({ kind, port }: TriedPair): string {
  return kind === "vrrp" ? "IP protocol 112 (VRRP)" : `${kind.toUpperCase()} ${port}`;
}

/** Rules that let one of them through, in the words of the firewall that is up; of several, for the rest likewise. */
function wayOut({ kind, port, to }: TriedPair, firewalls: readonly string[], pairs: readonly TriedPair[]): string {
  const from = pairs[0]?.from.address ?? "";
  const rules: Readonly<Record<string, string>> = {
    ufw:
      kind === "vrrp"
        ? `ufw allow from ${from} proto vrrp`
        : `ufw allow from ${from} to any port ${port} proto ${kind}`,
    firewalld:
      kind === "vrrp"
        ? "firewall-cmd --permanent --add-protocol=vrrp && firewall-cmd --reload"
        : `firewall-cmd --permanent --add-port=${port}/${kind} && firewall-cmd --reload`,
    nftables: `a rule before its policy: ip saddr ${from} ${kind === "vrrp" ? "ip protocol 112" : `${kind} dport ${port}`} accept`,
    iptables: `iptables -I INPUT -s ${from} -p ${kind === "vrrp" ? "112" : `${kind} --dport ${port}`} -j ACCEPT`,
  };
  const up = firewalls.flatMap((firewall) => {
    const rule = rules[firewall];
    return rule === undefined ? [] : [`${firewall} is up on ${to.name}: ${rule}`];
  });
  const rest = pairs.length > 1 && up.length > 0 ? ", and so for the others" : "";
  return up.length > 0
    ? `${up.join("; ")}${rest}`
    : `No firewall of ${to.name} is known to be up: see what stands between the two`;
}

/** Where only what is smaller than pods' packets arrives. */
function sizesOf(failed: readonly TriedPair[]): readonly string[] {
  const small = failed.filter(({ answer }) => answer === "small");
  const [worst] = [...small].sort((one, other) => (one.largest ?? 0) - (other.largest ?? 0));
  if (!worst) return [];
  const { from, to, port, size = 0, largest = 0 } = worst;
  const more = small.length > 1 ? ` (and ${small.length - 1} more)` : "";
  const room = largest - wrapping;
  const out = largest >= 1280 ? `Set flannel.mtu to ${room} or less, or` : "";
  return [
    `${from.name} → ${to.name} (${to.address})${more}, UDP ${port}: packets of ${size} bytes, as those of pods are, do not arrive; the largest that do have ${largest}. ${out} correct the MTU between the two`.replace(
      "  ",
      " ",
    ),
  ];
}

/** Machines that are copies of one: systemd gives each its own machine-id when it boots for the first time. */
function twins({ machines }: Tried): readonly string[] {
  return alike(machines, ({ machineId }) => machineId).map(
    (names) =>
      `${listed(names)} have the same machine-id, as copies of one machine do. On all but one of them: rm -f /etc/machine-id /var/lib/dbus/machine-id; systemd-machine-id-setup; reboot`,
  );
}

/**
 * Boards whose maker gave them no product UUID all have the same one, so that is no proof of a copy. Containers of one computer have its
 * product's identity, and its kernel's boot.
 */
function products({ machines }: Tried): readonly string[] {
  const told = (names: readonly string[]) => names.flatMap((name) => machines.get(name) ?? []);
  return alike(machines, ({ productUuid }) => productUuid)
    .filter((names) => new Set(told(names).map(({ boot }) => boot)).size > 1)
    .map(
      (names) =>
        `${listed(names)} have the same product UUID, ${told(names)[0]?.productUuid ?? ""}: their maker gave them none of their own, or they are copies of one virtual machine; Kubernetes asks for different ones. Where they are virtual machines, give each its own where they are made`,
    );
}

function hostnames({ machines }: Tried): readonly string[] {
  return alike(machines, ({ hostname }) => hostname).map(
    (names) =>
      `${listed(names)} have the same hostname, ${machines.get(names[0] ?? "")?.hostname ?? ""}: their nodes are named by the stack, and their logs are hard to tell apart`,
  );
}

function alike(
  machines: ReadonlyMap<string, MachineTold>,
  by: (told: MachineTold) => string,
): readonly (readonly string[])[] {
  const groups = new Map<string, string[]>();
  for (const [name, told] of machines) {
    const key = by(told);
    if (key !== "") groups.set(key, [...(groups.get(key) ?? []), name].sort());
  }
  return [...groups.values()].filter(({ length }) => length > 1);
}

/** This computer's clock has a voice: of two machines nobody could say which is wrong. */
function clocks({ machines }: Tried): readonly string[] {
  const sorted = [0, ...[...machines.values()].map(({ ahead }) => ahead)].sort((one, other) => one - other);
  const middle = sorted[Math.floor((sorted.length - 1) / 2)] ?? 0;
  return [...machines].flatMap(([name, { ahead }]) => {
    const off = Math.round(ahead - middle);
    if (Math.abs(off) <= clockLimit) return [];
    return [
      `the clock of ${name} is ${Math.abs(off)} s ${off > 0 ? "ahead of" : "behind"} the others', and certificates allow ${clockLimit}: timedatectl set-ntp true there`,
    ];
  });
}

/** What nobody can try is not known to be well. */
function notListening({ mute }: Tried): readonly string[] {
  return [...mute].map(
    ([name, why]) =>
      `${name} is there, and the ways to it and from it could not be tried: ${why}. See whether root runs perl there (sudo -n perl -v), and run up again`,
  );
}

function notTried({ untried }: Tried): readonly string[] {
  return [...untried].map(([name, why]) => `${name}: the ways to it and from it were not tried: ${why}`);
}

function listed(names: readonly string[]): string {
  const distinct = [...new Set(names)];
  return distinct.length > 4
    ? `${distinct.slice(0, 3).join(", ")} and ${distinct.length - 3} more`
    : distinct.join(", ").replace(/, ([^,]*)$/, " and $1");
}
