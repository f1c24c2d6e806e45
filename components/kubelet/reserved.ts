import { amount } from "../settings";

/** What a node keeps from its pods by the stack's own settings of the kubelet. */
export interface Reservations {
  /** Thousandths of cores. */
  readonly millicpu: number;
  /** Amounts of memory that add up: bytes, "104857600", or a part of all that the machine has, "5%". */
  readonly memory: readonly string[];
}

/** Free memory below which pods are evicted. Source: kubernetes, pkg/kubelet/apis/config/v1beta1/defaults_linux.go. */
const defaultFree = "100Mi";

/** What pods cannot have of a machine, besides what is reserved so that they get no more than `allocatable` says. */
export function ownReservations(configuration: Readonly<Record<string, unknown>>): Reservations {
  const { cpu, memory } = (configuration["kubeReserved"] ?? {}) as Readonly<Record<string, unknown>>;
  const kept = [memory, freeMemory(configuration)].filter((quantity) => quantity !== undefined);
  return {
    millicpu: Math.ceil(amount(cpu ?? 0) * 1000),
    memory: kept.map((quantity) => (isPart(quantity) ? quantity : String(Math.ceil(amount(quantity))))),
  };
}

/** A stack's own thresholds take the place of all defaults, but where they are merged. */
function freeMemory(configuration: Readonly<Record<string, unknown>>): unknown {
  const { evictionHard, mergeDefaultEvictionSettings } = configuration;
  const own = evictionHard as Readonly<Record<string, unknown>> | undefined;
  return own?.["memory.available"] ?? (!own || mergeDefaultEvictionSettings === true ? defaultFree : undefined);
}

function isPart(quantity: unknown): quantity is string {
  return typeof quantity === "string" && quantity.endsWith("%");
}
