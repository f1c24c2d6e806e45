import { isObject, listAt, objectAt, type Properties, textAt } from "../properties";

/** The part of a kubeconfig that the stand-in needs. Source: Kubernetes documentation, "kubeconfig (v1)". */

/** How to reach an API server, and who we are there. */
export interface Access {
  readonly server: URL;
  readonly tls: {
    readonly ca?: string;
    readonly cert?: string;
    readonly key?: string;
    readonly servername?: string;
    readonly rejectUnauthorized?: boolean;
  };
  readonly token?: string;
}

const clusterKeys = new Set([
  "server",
  "certificate-authority-data",
  "insecure-skip-tls-verify",
  "tls-server-name",
  "disable-compression",
  "extensions",
]);
const userKeys = new Set(["client-certificate-data", "client-key-data", "token", "extensions"]);

/** Reads the current context. Files, commands and proxies that a kubeconfig may name are refused. */
export function readKubeconfig(text: string): Access {
  // eslint-disable-next-line @typescript-eslint/no-require-imports -- a run that asks no cluster need not load it
  const { parse } = require("yaml") as typeof import("yaml");
  const config: unknown = parse(text);
  if (!isObject(config)) {
    throw new Error("kubeconfig: this is no kubeconfig but a path or another text; give its content");
  }
  const contextName = textAt(config, "current-context");
  const context = entry(config, "contexts", "context", contextName);
  const cluster = entry(config, "clusters", "cluster", textAt(context, "cluster"));
  const user = entry(config, "users", "user", textAt(context, "user"));
  refuseOthers(cluster, clusterKeys);
  refuseOthers(user, userKeys);
  return {
    server: new URL(textAt(cluster, "server") ?? ""),
    tls: {
      ca: decoded(cluster, "certificate-authority-data"),
      cert: decoded(user, "client-certificate-data"),
      key: decoded(user, "client-key-data"),
      servername: textAt(cluster, "tls-server-name"),
      rejectUnauthorized: cluster["insecure-skip-tls-verify"] !== true,
    },
    token: textAt(user, "token"),
  };
}

function entry(config: Properties, list: string, member: string, name: string | undefined): Properties {
  const found = listAt(config, list).find((item) => textAt(item, "name") === name);
  if (found === undefined) {
    const names = listAt(config, list).map((item) => textAt(item, "name"));
    throw new Error(`kubeconfig: ${list} has no entry ${name ?? "for the missing name"}; it has: ${names.join(", ")}`);
  }
  return objectAt(found, member);
}

function refuseOthers(properties: Properties, known: ReadonlySet<string>): void {
  const others = Object.keys(properties).filter((key) => !known.has(key));
  if (others.length > 0) {
    throw new Error(
      `kubeconfig: the stand-in plugin does not carry ${others.join(", ")}; it has: ${[...known].join(", ")}. ` +
        "Give certificates and keys as data, or install the official plugin.",
    );
  }
}

function decoded(properties: Properties, key: string): string | undefined {
  const base64 = textAt(properties, key);
  return base64 === undefined ? undefined : Buffer.from(base64, "base64").toString();
}
