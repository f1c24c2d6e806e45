import type { Checked } from "../plugin";
import { isObject, isSecret, plain, type Properties, secret, unknownValue } from "../properties";

/** What is looked at before a command is planned: that its properties can be, and how the machine is reached. */

const textInputs = ["create", "update", "delete", "stdin"];
const knownInputs = [...textInputs, "connection", "triggers", "logging", "addPreviousOutputInEnv"];
/** Properties of the official plugin's that the stand-in has no way to treat alike. */
const notCarried = ["environment"];
const connectionDefaults = { user: "root", port: 22, dialErrorLimit: 10, perDialTimeout: 15 };
const secretInputs = ["password", "privateKey", "privateKeyPassword"];

/** Completes the connection and hides it, with marks where the official plugin has them; or tells what is wrong. */
export function checkCommand(inputs: Properties): Checked {
  const failures = failuresOf(inputs);
  const { connection } = inputs;
  if (connection === undefined) return { inputs, failures };
  // The official plugin completes nothing where anything is wrong.
  const complete = failures.length === 0 ? withDefaults(unmarked(connection)) : unmarked(connection);
  return { inputs: { ...inputs, connection: secret(withMarks(complete)) }, failures };
}

function failuresOf(inputs: Properties): NonNullable<Checked["failures"]> {
  const failure = (property: string, reason: string) => [{ property, reason }];
  const wrong = Object.keys(inputs)
    .filter((property) => !property.startsWith("__") && inputs[property] !== null)
    .flatMap((property) => {
      if (notCarried.includes(property)) {
        return failure(property, `the stand-in plugin does not carry this property; it has: ${knownInputs.join(", ")}`);
      }
      if (!knownInputs.includes(property)) {
        return failure(property, `Unrecognized field '${property}' on 'remote.CommandInputs'`);
      }
      const found = typeof plain(inputs[property]) === "number" ? "float64" : typeof plain(inputs[property]);
      return textInputs.includes(property) && found !== "string"
        ? failure(property, `Field '${property}' on 'remote.CommandInputs' must be a 'string'; got '${found}' instead`)
        : [];
    });
  return [...wrong, ...connectionFailures(inputs["connection"])];
}

function connectionFailures(connection: unknown): NonNullable<Checked["failures"]> {
  if (connection === undefined) {
    return [{ property: "connection", reason: "Missing required field 'connection' on 'remote.CommandInputs'" }];
  }
  const known = plain(connection);
  if (known === unknownValue || (isObject(known) && known["host"] !== undefined)) return [];
  const missing = "Missing required field 'host' on 'remote.Connection'";
  const reason = `An error occurred decoding 'CommandInputs.connection': 1 failures decoding:\n\thost: ${missing}`;
  return [{ property: "connection", reason }];
}

/** A connection with everything that is needed to dial; one that is not known stays so. */
export function withDefaults(connection: unknown): unknown {
  if (!isObject(connection)) return connection;
  const complete = { ...connectionDefaults, ...connection };
  const { proxy } = connection;
  return isObject(proxy) ? { ...complete, proxy: { ...connectionDefaults, ...unmarkedMap(proxy) } } : complete;
}

function unmarked(connection: unknown): unknown {
  return isSecret(connection) && isObject(connection) ? connection["value"] : connection;
}

function unmarkedMap(map: Properties): Properties {
  const value = unmarked(map);
  return isObject(value) ? value : {};
}

function withMarks(connection: unknown): unknown {
  if (!isObject(connection)) return connection;
  const members = Object.entries(connection).map(([key, value]) => {
    if (key === "proxy") return [key, withMarks(value)] as const;
    return [key, secretInputs.includes(key) && !isSecret(value) ? secret(value) : value] as const;
  });
  return Object.fromEntries(members);
}
