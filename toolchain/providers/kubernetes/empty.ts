import { isObject, type Properties, textAt } from "../properties";

/** What of an object says nothing. Pure. */

/** Lists that the API's types keep when they are empty: they must be said. Source: Kubernetes API reference. */
const keptEmpty = ["containers", "items", "rules"];
/** Maps of texts among the fields; any other map is a field that means something by being there, such as `emptyDir`. */
const textMaps = ["annotations", "binaryData", "data", "labels", "matchLabels", "nodeSelector", "stringData"];

/**
 * The object without lists and maps that are empty. The official plugin reads every object that comes with the API through
 * the API's types, which leave them out: whoever else set the list keeps it, where an empty one would take all away.
 */
export function withoutEmpty(object: Properties): Properties {
  return isOfTheApi(object) ? withoutEmptyIn(object) : object;
}

function isOfTheApi(object: Properties): boolean {
  const [group = "", version] = (textAt(object, "apiVersion") ?? "").split("/");
  return version === undefined || !group.includes(".") || group.endsWith(".k8s.io");
}

function withoutEmptyIn(object: Properties): Properties {
  const said = Object.entries(object).filter(([key, value]) => !isEmpty(key, value));
  return Object.fromEntries(said.map(([key, value]) => [key, membersOf(value)] as const));
}

function isEmpty(key: string, value: unknown): boolean {
  return Array.isArray(value)
    ? value.length === 0 && !keptEmpty.includes(key)
    : isObject(value) && textMaps.includes(key) && Object.keys(value).length === 0;
}

function membersOf(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(membersOf);
  return isObject(value) ? withoutEmptyIn(value) : value;
}
