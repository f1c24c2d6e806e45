/** An IPv4 network: its first address and the length of its prefix. */
export interface Network {
  /** The first address, as a number. */
  readonly base: number;
  /** Bits that all its addresses share, 0 to 32. */
  readonly prefix: number;
}

/** The number that a dotted IPv4 address stands for; undefined for what is none. */
export function parseAddress(text: string): number | undefined {
  const parts = text.split(".");
  // A leading zero means octal to some programs and decimal to others.
  if (parts.length !== 4 || !parts.every((part) => /^(0|[1-9]\d{0,2})$/.test(part) && Number(part) <= 255)) {
    return undefined;
  }
  return parts.reduce((sum, part) => sum * 256 + Number(part), 0);
}

/** The dotted text of an IPv4 address. */
export function formatAddress(address: number): string {
  return [24, 16, 8, 0].map((bits) => Math.floor(address / 2 ** bits) % 256).join(".");
}

/** The network that "10.244.0.0/16" stands for; addresses inside it, such as "10.244.0.1/16", name it as well. */
export function parseNetwork(text: string): Network | undefined {
  const [, address, bits] = /^([\d.]+)\/(0|[1-9]\d?)$/.exec(text) ?? [];
  const number = parseAddress(address ?? "");
  const prefix = Number(bits);
  if (number === undefined || prefix > 32) return undefined;
  return { base: number - (number % 2 ** (32 - prefix)), prefix };
}

/** A network that is known to be written right. */
export function networkOf(text: string): Network {
  const network = parseNetwork(text);
  if (!network) throw new Error(`"${text}" is no IPv4 network`);
  return network;
}

/** The text of a network, "10.244.0.0/16". */
export function formatNetwork({ base, prefix }: Network): string {
  return `${formatAddress(base)}/${prefix}`;
}

/** Addresses that no machine, pod or Service can have. Source: RFC 6890. */
const reserved: readonly (readonly [string, string])[] = [
  ["0.0.0.0/8", "means no address at all"],
  ["127.0.0.0/8", "is each machine's own loopback"],
  ["224.0.0.0/4", "is for multicast"],
  ["240.0.0.0/4", "is reserved"],
];

/** What a network that nobody can be in is for, in words: "is each machine's own loopback"; undefined for all others. */
export function reservedFor(network: Network): string | undefined {
  return reserved.find(([text]) => overlaps(networkOf(text), network))?.[1];
}

/** How many addresses a network has, the first and the last included. */
export function size({ prefix }: Network): number {
  return 2 ** (32 - prefix);
}

/** Whether an address lies in a network. */
export function contains(network: Network, address: number): boolean {
  return address >= network.base && address < network.base + size(network);
}

/** Whether two networks have an address in common. */
export function overlaps(one: Network, other: Network): boolean {
  return contains(one, other.base) || contains(other, one.base);
}

/** The network's address number `index`, its first having number 0; undefined past its end. */
export function nthAddress(network: Network, index: number): string | undefined {
  return index >= 0 && index < size(network) ? formatAddress(network.base + index) : undefined;
}

/** Whether an address, as a text, lies in a network, as a text; false where there is no address. */
export function liesIn(address: string, network: string): boolean {
  const number = parseAddress(address);
  return number !== undefined && contains(networkOf(network), number);
}
