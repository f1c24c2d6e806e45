import { objectAt, type Properties, textAt } from "../properties";

/** What programs say to the provider by annotations, all of them `pulumi.com/...`. */

const prefix = "pulumi.com/";
/** Marks a name that we gave: kept for the provider, and no difference to the object. */
export const autonamed = `${prefix}autonamed`;

/** The value of `pulumi.com/KEY`; undefined when it is missing. */
export function annotation(object: Properties, key: string): string | undefined {
  return textAt(objectAt(object, "metadata", "annotations"), prefix + key);
}

/** True when we gave the object its name. */
export function isAutonamed(object: Properties): boolean {
  return annotation(object, "autonamed") === "true";
}

/** Longest wait for the object, seconds: as its resource says, else as its annotation does, else ten minutes. */
export function timeoutOf(inputs: Properties, resourceTimeout: number): number {
  const annotated = Number(annotation(inputs, "timeoutSeconds"));
  return resourceTimeout > 0 ? resourceTimeout : annotated > 0 ? annotated : 600;
}
