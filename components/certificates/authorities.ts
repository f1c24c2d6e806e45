/** What several authorities make together. Pure. */

/** "1+2": the first issues, all are trusted. */
export function labelOf(authorities: readonly number[]): string {
  return authorities.join("+");
}

/** What an authority's script printed: a value for each name. */
export function parts(printed: string): ReadonlyMap<string, string> {
  return new Map(
    printed.split("\n").flatMap((line) => {
      const [name = "", value] = line.split(" ");
      return value === undefined ? [] : [[name, value] as const];
    }),
  );
}

/** Texts in PEM, each in base64, one after the other; one alone as it is. */
export function joined(texts: readonly string[]): string {
  if (texts.length < 2) return texts.join("");
  const plain = texts.map((text) => `${Buffer.from(text, "base64").toString().trimEnd()}\n`);
  return Buffer.from(plain.join("")).toString("base64");
}

/**
 * What masters get of several authorities, in the form in which one is printed: keys of the first, which issues, and certificates and
 * public keys of all. The administrator's kubeconfig is the one that names the cluster.
 */
export function together(printed: readonly string[], first: string): string {
  const all = printed.map(parts);
  const [issuer = new Map<string, string>()] = all;
  const lines = [...issuer].flatMap(([name, value]) => {
    if (name === "admin.conf" || name === "ca-hash") return [];
    return [`${name} ${/\.(crt|pub)$/.test(name) ? joined(all.flatMap((one) => one.get(name) ?? [])) : value}`];
  });
  return [
    ...lines,
    `admin.conf ${parts(first).get("admin.conf") ?? ""}`,
    // The controller manager signs by a file that has one alone.
    ...(printed.length > 1 ? [`issuer.crt ${issuer.get("ca.crt") ?? ""}`] : []),
    "",
  ].join("\n");
}
