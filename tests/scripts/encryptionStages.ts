import { parse } from "yaml";

import { providersFile } from "../../components/encryption/settings";
import { Host, type Result } from "./host";

/** Where a master has its list of providers. */
export const file = providersFile.slice(1);
/** Keys up to a number, as masters are told them. */
export const keys = (newest: number) =>
  Array.from(
    { length: newest },
    (_, at) => `${at + 1} ${Buffer.from(`key ${at + 1}`.padEnd(32, ".")).toString("base64")}`,
  );

interface Providers {
  readonly resources: readonly { readonly resources: readonly string[]; readonly providers: readonly object[] }[];
}

/** The list of providers in a file: numbers of keys, 0 for none. */
function listIn(text: string): readonly number[] {
  const [first] = (parse(text) as Providers).resources;
  expect(first?.resources).toEqual(["secrets"]);
  return (first?.providers ?? []).map((provider) => {
    if ("identity" in provider) return 0;
    const [key] = (provider as { secretbox: { keys: { name: string; secret: string }[] } }).secretbox.keys;
    expect(Buffer.from(key?.secret ?? "", "base64")).toHaveLength(32);
    return Number(key?.name.slice(4));
  });
}

/** What a master's script is told besides, with its first key. */
export const firstKey = {
  ENCRYPTION: "1",
  ENCRYPTION_KEYS: keys(1).join("\n"),
  ETCD_ENDPOINTS: ["https://192.0.2.1:2379"],
  ETCD_PREFIX: "/registry",
  PROVIDERS: providersFile,
};

export const endpoints = "https://127.63.1.1:22379";

/** Runs a body, or a stage, with what a master is told. */
export function run(host: Host, body: string, wanted: number, newest: number, etcd = [endpoints]): Result {
  const values = {
    ...{ ENCRYPTION: String(wanted), ENCRYPTION_KEYS: keys(newest).join("\n"), ETCD_ENDPOINTS: etcd },
    ...{
      ETCD_PREFIX: "/registry",
      PROVIDERS: providersFile,
      ENDPOINT: "192.0.2.1:6443",
      MASTERS: ["192.0.2.1:6443", "192.0.2.2:6443"],
    },
  };
  const own = /^(write|rewrite|forget)$/.test(body);
  const stages = Host.script("encryption/stages.sh")
    .replace("PATIENCE=150", "PATIENCE=1")
    .replace(/sleep [25]/g, "sleep 0.1");
  return host.run({
    script: own ? stages : `up() { ${body}; }\ndown() { forget_providers; }`,
    uses: [Host.script("encryption/providers.sh"), Host.script("endpoint/servers.sh")],
    values: { ...values, ...(own ? { STAGE: body } : {}) },
    secrets: ["ENCRYPTION_KEYS"],
  });
}
/** The list of providers in its file. */
export const own = (host: Host) => listIn(host.read(file));
