/** What a machine told of the authorities that it goes by. */
export interface Told {
  /** Certificates of authorities by where they are, in their order. */
  readonly bundles: readonly {
    readonly kind: string;
    readonly where: string;
    readonly certificates: readonly string[];
  }[];
  /** Certificates by their files, and which of their authorities has issued each: its place from 1 on, 0 for none. */
  readonly leaves: readonly { readonly file: string; readonly issuer: number }[];
  /** The authorities that servers were started on, "1+2". */
  readonly servers: ReadonlyMap<string, string>;
  /** What has not read yet what lies there. */
  readonly late: readonly string[];
  /** The key that signs tokens; absent where it is no master. */
  readonly key?: string;
  /** What the API has answered, though there may have been nothing to say. */
  readonly asked: ReadonlySet<string>;
  /** Tokens of pods, by the keys that signed them. */
  readonly tokens: readonly Signed[];
  /** Tokens in Secrets. */
  readonly secrets: readonly Signed[];
  /** Pods that began before they were told of other authorities, counted in their namespaces. */
  readonly old: ReadonlyMap<string, number>;
}

interface Signed {
  readonly key: string;
  readonly name: string;
}

/** Reads what a machine printed; undefined where it was cut off, or is something else. */
export function parseTold(text: string): Told | undefined {
  const lines = text.split("\n").map((line) => line.split(" "));
  if (!lines.some(([kind, ...fields]) => kind === "end" && fields.length === 0)) return undefined;
  const told = (wanted: string) => lines.filter(([kind]) => kind === wanted).map(([, ...fields]) => fields);
  const signed = (kind: string) => told(kind).map(([key = "", name = ""]): Signed => ({ key, name }));
  const [[key] = []] = told("key");
  return {
    bundles: told("bundle").map(([kind = "", where = "", certificates = ""]) => ({
      ...{ kind, where },
      certificates: certificates.split(",").filter((one) => one !== ""),
    })),
    leaves: told("leaf").map(([issuer, file = ""]) => ({ file, issuer: Number(issuer) })),
    servers: new Map(told("server").map(([name = "", authorities = ""]) => [name, authorities])),
    late: told("late").map((words) => words.join(" ")),
    ...(key === undefined ? {} : { key }),
    asked: new Set(told("asked").map(([name = ""]) => name)),
    tokens: signed("token"),
    secrets: signed("secret"),
    old: new Map(told("old").map(([count, namespace = ""]) => [namespace, Number(count)])),
  };
}
