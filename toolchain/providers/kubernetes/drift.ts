import { isObject, objectAt, type Properties, textAt, without } from "../properties";

/** What a refresh keeps of an object that the cluster has long since completed with fields of its own. Pure. */

/** Fields that an object has from the cluster and not from whoever made it. */
const clusterFields = ["creationTimestamp", "generation", "managedFields", "resourceVersion", "selfLink", "uid"];
const factors: Readonly<Record<string, number>> = {
  ...{ n: 1e-9, u: 1e-6, m: 1e-3, "": 1, k: 1e3, M: 1e6, G: 1e9, T: 1e12, P: 1e15, E: 1e18 },
  ...{ Ki: 2 ** 10, Mi: 2 ** 20, Gi: 2 ** 30, Ti: 2 ** 40, Pi: 2 ** 50, Ei: 2 ** 60 },
};

/** The inputs with the values that the object really has: fields that nobody asked for stay away. */
export function asFound(inputs: Properties, live: Properties): Properties {
  const real = inputs["stringData"] === undefined ? live : { ...live, stringData: decoded(objectAt(live, "data")) };
  const found = Object.entries(inputs).map(([key, value]) => [key, foundValue(value, real[key])] as const);
  return Object.fromEntries(found.filter(([, value]) => value !== undefined));
}

/** The inputs that would make the object, for one whose inputs nobody remembers. */
export function asInputs(live: Properties): Properties {
  return { ...without(live, "status"), metadata: without(objectAt(live, "metadata"), ...clusterFields) };
}

/** The object as it goes into the state. Who owns which field is the API's affair, and longer than all the rest. */
export function asOutputs(live: Properties, fieldManager: string): Properties {
  const metadata = without(objectAt(live, "metadata"), "managedFields");
  return { ...live, metadata, __fieldManager: fieldManager, __initialApiVersion: live["apiVersion"] };
}

/** One object's fields over another's: what a preview can say of an update. */
export function merged(below: unknown, above: unknown): unknown {
  if (!isObject(below) || !isObject(above)) return above;
  const shared = Object.entries(above).map(([key, value]) => [key, merged(below[key], value)] as const);
  return { ...below, ...Object.fromEntries(shared) };
}

/** The texts that a secret's creator wrote, which the API keeps encoded under another name. */
function decoded(data: Properties): Properties {
  const texts = Object.keys(data).map(
    (key) => [key, Buffer.from(textAt(data, key) ?? "", "base64").toString()] as const,
  );
  return Object.fromEntries(texts);
}

function foundValue(input: unknown, live: unknown): unknown {
  if (isObject(input) && isObject(live)) return asFound(input, live);
  if (Array.isArray(input) && Array.isArray(live)) return foundList(input, live);
  return meansTheSame(input, live) ? input : live;
}

/** Named members are found by their names, others by their places; what the cluster added to a list stays away. */
function foundList(inputs: readonly unknown[], live: readonly unknown[]): readonly unknown[] {
  const named = inputs.length > 0 && inputs.every((member) => textAt(member, "name") !== undefined);
  const counterpart = (member: unknown, index: number): unknown =>
    named ? live.find((other) => textAt(other, "name") === textAt(member, "name")) : live[index];
  return inputs
    .map((member, index) => foundValue(member, counterpart(member, index)))
    .filter((member) => member !== undefined);
}

/** The cluster leaves out what is empty, and writes numbers and quantities in its own way. */
function meansTheSame(input: unknown, live: unknown): boolean {
  if (live === undefined || live === null) return isEmpty(input);
  const [one, other] = [scalarText(input), scalarText(live)];
  return one !== undefined && other !== undefined && (one === other || quantity(one) === quantity(other));
}

function scalarText(value: unknown): string | undefined {
  return ["string", "number", "boolean"].includes(typeof value)
    ? JSON.stringify(value).replace(/^"|"$/g, "")
    : undefined;
}

function isEmpty(value: unknown): boolean {
  if (Array.isArray(value)) return value.length === 0;
  return isObject(value)
    ? Object.values(value).every(isEmpty)
    : [undefined, null, "", false, 0].includes(value as null);
}

/** The number that a quantity such as `500m` or `1Gi` means; the text itself when it is none. */
function quantity(text: string): number | string {
  // Source: Kubernetes documentation, "Quantity".
  const [, amount, suffix] = /^([+-]?\d+(?:\.\d+)?)([numkMGTPE]|[KMGTPE]i)?$/.exec(text) ?? [];
  const factor = factors[suffix ?? ""];
  return amount === undefined || factor === undefined ? text : Number((Number(amount) * factor).toPrecision(15));
}
