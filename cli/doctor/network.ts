import type { Examined } from "../../components/doctor";
import { heldBySeveral } from "../../components/survey/told";
import type { ClusterTold } from "./cluster";
import { type Commands, counted, orWell, theCluster, type Finding } from "./findings";

/** Whether names resolve, pods of different machines reach each other, and masters agree on who has their common address. */
export function networkFindings(
  all: readonly Examined[],
  cluster: ClusterTold | string,
  commands: Commands,
): readonly Finding[] {
  const asked = all.filter(({ told }) => told?.from !== undefined);
  const names = asked.flatMap(({ config: { name }, told }): readonly Finding[] => {
    if (told?.name === "ok") return [];
    const next = commands.kubectl("get pods -n kube-system -l k8s-app=kube-dns -o wide");
    const words = `a name of the cluster does not resolve: ${told?.name ?? "it was not asked for"}`;
    return [{ check: "network", state: "wrong", subject: name, component: "DNS", words, next }];
  });
  const unknown: readonly Finding[] =
    typeof cluster === "string"
      ? [
          {
            check: "network",
            state: "unknown",
            subject: theCluster,
            words: "pods were not asked whether they reach each other: the API does not say where they are",
          },
        ]
      : [];
  // A node that is not there reaches nobody, and is told as such.
  const silent = new Set(all.flatMap(({ config: { name }, told }) => (told ? [] : [name])));
  const pairs = asked.flatMap((one) => unreached(one, silent, commands));
  const tried = new Set(
    asked.flatMap(({ config, told }) => told?.reached.map(({ node }) => `${config.name} ${node}`) ?? []),
  );
  const sizes = asked.flatMap(({ told }) => told?.mtu ?? []);
  const pods = asked.filter(({ told }) => told?.from === "pod").length;
  return orWell(
    "network",
    [...names, ...unknown, ...addresses(all, commands), ...pairs],
    `names resolve; ${counted(tried.size, "pair")} of nodes reach each other's pods, packets of ${sizes.length > 0 ? Math.min(...sizes) : "all"} bytes too (asked from inside pods on ${pods} of ${counted(asked.length, "node")})`,
  );
}

/** A virtual address that several masters have. */
function addresses(all: readonly Examined[], commands: Commands): readonly Finding[] {
  const { masters = [], words = "" } = heldBySeveral(all) ?? {};
  return masters.map((name): Finding => {
    const next = commands.on(name, "sudo iptables-save | grep -E '^:INPUT|vrrp|112'");
    return { check: "network", state: "wrong", subject: name, component: "virtual address", words, next };
  });
}

function unreached({ config: { name }, told }: Examined, silent: ReadonlySet<string>, commands: Commands) {
  const failed = (told?.reached ?? []).filter(({ node, answer }) => answer !== "ok" && !silent.has(node));
  const small = new Set(failed.flatMap(({ node, size }) => (size === "small" ? [node] : [])));
  return failed.flatMap(({ node, size, answer }): readonly Finding[] => {
    // What does not pass at all does not pass when it is large either.
    if (size === "full" && small.has(node)) return [];
    const what =
      size === "small"
        ? "packets"
        : `packets of ${told?.mtu ?? 0} bytes (small ones pass: see the MTU between the two)`;
    const words = `${what} of its pods do not reach those of ${node}: ${answer}`;
    const next = commands.on(name, `ip route; sudo iptables-save | grep -i drop`);
    return [{ check: "network", state: "wrong", subject: name, component: "pod network", words, next }];
  });
}
