import { networkOf } from "../settings";

/** What says how the pods' network is divided. */
interface Divided {
  readonly networking: { readonly podSubnet: string };
  readonly controllerManager: { readonly extraArgs: Readonly<Record<string, string | readonly string[]>> };
}

/** The prefix of each node's part of the pods' network. Source: kube-controller-manager, node-cidr-mask-size-ipv4. */
export function podMask({ controllerManager }: Pick<Divided, "controllerManager">): number {
  const given = [controllerManager.extraArgs["node-cidr-mask-size-ipv4"] ?? []].flat().at(-1);
  const mask = Number(given ?? 24);
  return Number.isInteger(mask) && mask > 0 && mask <= 30 ? mask : 24;
}

/** How many nodes have room in the pods' network. */
export function roomForNodes(kubernetes: Divided): number {
  return Math.floor(2 ** (podMask(kubernetes) - networkOf(kubernetes.networking.podSubnet).prefix));
}
