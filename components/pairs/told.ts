import type { Pair } from "./wanted";

/** What one machine said. */
export interface MachineTold {
  readonly hostname: string;
  readonly machineId: string;
  readonly productUuid: string;
  /** Of its kernel: containers of one computer have one. */
  readonly boot: string;
  /** Firewalls that are up there. */
  readonly firewalls: readonly string[];
  /** Its clock was so many seconds before this computer's. */
  readonly ahead: number;
}

/** What became of all of it. */
export interface Tried {
  readonly machines: ReadonlyMap<string, MachineTold>;
  /** Machines on which nothing could be tried, and why. */
  readonly untried: ReadonlyMap<string, string>;
  /** Machines that let us in, or did moments ago, and did not begin to listen, and why. */
  readonly mute: ReadonlyMap<string, string>;
  readonly pairs: readonly TriedPair[];
}

export interface TriedPair extends Pair {
  /** "ok", or what came instead; of packets, "small" where only those of less than the whole size arrive. */
  readonly answer: string;
  /** Of packets: the size that was sent, and the largest that arrived, bytes. */
  readonly size?: number;
  readonly largest?: number;
}

export function parseFacts(text: string, receivedAt: number): MachineTold | undefined {
  const told = (kind: string) =>
    text.split("\n").flatMap((line) => (line.startsWith(`${kind} `) ? [line.slice(kind.length + 1).trim()] : []));
  const [clock] = told("clock");
  if (clock === undefined) return undefined;
  const first = (kind: string) => told(kind)[0] ?? "";
  return {
    hostname: first("hostname"),
    machineId: first("machine-id"),
    productUuid: first("product-uuid").toLowerCase(),
    boot: first("boot"),
    firewalls: told("firewall"),
    ahead: Number(clock) - receivedAt,
  };
}

/** Joins what the one that called and the one that was called said. */
export function judgePair(pair: Pair, asked: string, heard: string): TriedPair {
  const { from, to, kind, port } = pair;
  const target = targetOf(pair);
  const lines = asked.split("\n").map((line) => line.trimEnd().split("\t"));
  const answers = lines.filter(([name]) => name === target).map(([, answer = ""]) => answer);
  if (kind === "tcp") return { ...pair, answer: answers[0] ?? "was not tried" };
  const arrived = heard
    .split("\n")
    .flatMap((line) => new RegExp(`^heard ${kind} ${from.name} (\\d+)`).exec(line)?.[1] ?? [])
    .map(Number);
  if (kind === "vrrp") return { ...pair, answer: arrived.length > 0 ? "ok" : "does not arrive" };
  const size = Number(answers.flatMap((answer) => /^size (\d+)$/.exec(answer)?.[1] ?? [])[0] ?? 0);
  const largest = Math.max(0, ...arrived);
  if (largest === 0) {
    const error = answers.find((answer) => !answer.startsWith("size "));
    return { ...pair, answer: error ?? `does not arrive at ${to.name}:${port}` };
  }
  return { ...pair, answer: largest >= size ? "ok" : "small", size, largest };
}

export function targetOf({ to, kind, port }: Pair): string {
  return `${kind}:${to.address}:${port}`;
}
