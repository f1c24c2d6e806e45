/** What a unit of a Kubernetes quantity multiplies by. Source: Kubernetes documentation, "Quantity". */
const units: Readonly<Record<string, number>> = {
  "": 1,
  n: 1e-9,
  u: 1e-6,
  m: 1e-3,
  k: 1e3,
  M: 1e6,
  G: 1e9,
  T: 1e12,
  P: 1e15,
  E: 1e18,
  Ki: 2 ** 10,
  Mi: 2 ** 20,
  Gi: 2 ** 30,
  Ti: 2 ** 40,
  Pi: 2 ** 50,
  Ei: 2 ** 60,
};

/** Thousandths of a core: 500 for "500m", 2000 for "2"; undefined for what is no amount of cores above nothing. */
export function millicpu(quantity: unknown): number | undefined {
  const [, number, unit] = /^(\d+(?:\.\d+)?)(m?)$/.exec(text(quantity)) ?? [];
  return whole(number, unit === "m" ? 1 : 1000);
}

/** Bytes: 3000000000 for "3G", 3221225472 for "3Gi"; undefined for what is no amount of memory above nothing. */
export function bytes(quantity: unknown): number | undefined {
  const [, number, unit] = /^(\d+(?:\.\d+)?)([kMGT]|[KMGT]i)?$/.exec(text(quantity)) ?? [];
  return whole(number, units[unit ?? ""] ?? 1);
}

function text(quantity: unknown): string {
  return typeof quantity === "string" || typeof quantity === "number" ? String(quantity) : "";
}

function whole(number: string | undefined, factor: number): number | undefined {
  const amount = Math.round(Number(number ?? 0) * factor);
  return amount > 0 && Number.isSafeInteger(amount) ? amount : undefined;
}

/** Whether Kubernetes takes a text for a quantity that is not below nothing. Source: Kubernetes documentation, "Quantity". */
export function isQuantity(text: string): boolean {
  return /^\+?(\d+\.?\d*|\.\d+)(([KMGTPE]i)|[numkMGTPE]|[eE][-+]?\d+)?$/.test(text);
}

/** How much a quantity is, of whatever it is one. */
export function amount(quantity: unknown): number {
  const [, number, exponent, unit] = /^\+?([\d.]+)(?:([eE][-+]?\d+)|([A-Za-z]+))?$/.exec(text(quantity)) ?? [];
  return Number(`${number ?? 0}${exponent ?? ""}`) * (units[unit ?? ""] ?? 1);
}
