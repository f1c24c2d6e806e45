import { podMask, roomForNodes } from "../network/settings";
import { liesIn, networkOf, nthAddress, overlaps, size, type Contradiction, type Path } from "../settings";
import type { Subject } from "./checks";
import type { Environment } from "./resolve";

const podSubnet = ["kubernetes", "networking", "podSubnet"];
const serviceSubnet = ["kubernetes", "networking", "serviceSubnet"];
const localSubnet = ["local", "subnet"];

/** Contradictions between the addresses and networks of a stack. */
export function* addressChecks(subject: Subject): Generator<Contradiction> {
  yield* presence(subject);
  yield* duplicates(subject);
  yield* virtualAddress(subject);
  if (subject.environment.provider === "local") yield* localAddresses(subject);
  yield* overlapping(subject.environment);
  yield* addressesInNetworks(subject.environment);
  yield* podSubnetSize(subject.environment);
}

function* presence({ environment }: Subject): Generator<Contradiction> {
  const { provider, local, machines } = environment;
  for (const [index, { address }] of machines.entries()) {
    if (address !== "") continue;
    yield provider === "local"
      ? {
          path: ["machines", index, "address"],
          uses: [["provider"], localSubnet],
          message: `local.subnet ${local.subnet} has no free address left from its eleventh on: use a larger subnet, or name an address`,
        }
      : {
          path: ["machines", index, "address"],
          uses: [["provider"]],
          message: "is missing: use the IPv4 address under which the other machines reach it",
        };
  }
}

function* duplicates({ configuration }: Subject): Generator<Contradiction> {
  const { machines } = configuration;
  for (const [index, { address }] of machines.entries()) {
    const first = machines.findIndex((machine) => machine.address === address);
    if (address === undefined || first >= index) continue;
    yield {
      path: ["machines", index, "address"],
      message: `${address} is the address of machines[${first}] as well: give each machine an address of its own`,
    };
  }
}

function* virtualAddress({ configuration, environment }: Subject): Generator<Contradiction> {
  const address = environment.kubernetes.virtualAddress;
  if (address === undefined) return;
  const path = ["kubernetes", "virtualAddress"];
  const uses = [["machines"], ["provider"], localSubnet];
  const index = environment.machines.findIndex((machine) => machine.address === address);
  if (index >= 0) {
    yield configuration.kubernetes.virtualAddress === undefined
      ? {
          path: ["machines", index, "address"],
          uses,
          message: `${address} is reserved for the masters' virtual address: use another, or set kubernetes.virtualAddress`,
        }
      : { path, uses, message: `${address} is the address of machines[${index}]: use one that no machine has` };
  } else if (environment.provider === "local" && !liesIn(address, environment.local.subnet)) {
    const message = `${address} is not in local.subnet ${environment.local.subnet}: use an address of it that no machine has`;
    yield { path, uses, message };
  }
}

function* localAddresses({ configuration, environment }: Subject): Generator<Contradiction> {
  const { subnet } = environment.local;
  const network = networkOf(subnet);
  const kept = [
    { address: nthAddress(network, 0), what: "the network's own address" },
    { address: nthAddress(network, 1), what: "this computer's address on the network" },
    { address: nthAddress(network, size(network) - 1), what: "the network's broadcast address" },
  ];
  const use = `use ${nthAddress(network, 2) ?? ""} to ${nthAddress(network, size(network) - 2) ?? ""}, or leave it out`;
  for (const [index, { address }] of configuration.machines.entries()) {
    if (address === undefined) continue;
    const taken = kept.find((other) => other.address === address);
    const fault = taken ? `is ${taken.what}` : `is not in local.subnet ${subnet}`;
    if (taken || !liesIn(address, subnet)) {
      yield {
        path: ["machines", index, "address"],
        uses: [["provider"], localSubnet],
        message: `${address} ${fault}: ${use}`,
      };
    }
  }
}

function* overlapping({ provider, local, kubernetes }: Environment): Generator<Contradiction> {
  const networks: readonly (readonly [Path, string])[] = [
    [podSubnet, kubernetes.networking.podSubnet],
    [serviceSubnet, kubernetes.networking.serviceSubnet],
    ...(provider === "local" ? [[localSubnet, local.subnet] as const] : []),
  ];
  for (const [index, [path, network]] of networks.entries()) {
    for (const [otherPath, other] of networks.slice(0, index)) {
      if (!overlaps(networkOf(network), networkOf(other))) continue;
      yield {
        path,
        uses: [otherPath, ["provider"]],
        message: `${network} overlaps ${otherPath.join(".")} ${other}: use networks without an address in common`,
      };
    }
  }
}

function* addressesInNetworks({ provider, machines, kubernetes }: Environment): Generator<Contradiction> {
  const { networking } = kubernetes;
  const addresses = machines.map(({ address }, index) => ({ path: ["machines", index, "address"] as Path, address }));
  const api = (["advertiseAddress", "virtualAddress"] as const).map((field) => ({
    path: ["kubernetes", field] as Path,
    address: kubernetes[field] ?? "",
  }));
  // Local machines lie in local.subnet, whose overlaps are found as such.
  for (const { path, address } of provider === "local" ? api : [...addresses, ...api]) {
    for (const [networkPath, network] of [
      [podSubnet, networking.podSubnet],
      [serviceSubnet, networking.serviceSubnet],
    ] as const) {
      if (!liesIn(address, network)) continue;
      const message = `${address} lies in ${networkPath.join(".")} ${network}: use a network for ${networkPath === podSubnet ? "pods" : "Services"} that no machine is in`;
      yield { path, uses: [networkPath, ["provider"]], message };
    }
  }
}

function* podSubnetSize({ machines, kubernetes }: Environment): Generator<Contradiction> {
  const { podSubnet: subnet } = kubernetes.networking;
  const nodes = machines.filter(({ roles, lost }) => !lost && roles.some((role) => role !== "etcd")).length;
  const [room, mask] = [roomForNodes(kubernetes), podMask(kubernetes)];
  if (nodes <= room) return;
  yield {
    path: podSubnet,
    uses: [["machines"], ["kubernetes", "controllerManager", "extraArgs"]],
    message: `${subnet} has room for ${room} ${room === 1 ? "node" : "nodes"} of /${mask} each, and there are ${nodes}: use a prefix of /${mask - Math.ceil(Math.log2(nodes))} or shorter`,
  };
}
