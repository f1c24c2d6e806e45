/** A client that asks the API of every master all the while, and writes by way of the cluster's address, by a new connection each time. */
import { spawn } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

import { parse } from "yaml";

/** How many requests were answered, and what was said of the others. */
export interface Asked {
  readonly answered: number;
  /** How many of them wrote an object of its own. */
  readonly writes: number;
  readonly failures: readonly string[];
}

const loop = `trap exit TERM
ask() { curl -sS --max-time 10 --cacert ca --cert cert --key key -o /dev/null -w '%{http_code}\\n' "$@" 2>&1 | tail -n 1; }
for ((i = 0; ; i++)); do
  for url in "$@"; do echo "$url $(ask "$url/api/v1/namespaces/default/configmaps?limit=1&resourceVersion=")"; done
  echo "write $(ask -H 'Content-Type: application/json' -d '{"apiVersion":"v1","kind":"ConfigMap","metadata":{"name":"asked-'$$-$i'"}}' "$1/api/v1/namespaces/default/configmaps")"
done`;

/** Begins to ask, with a kubeconfig; the first of the addresses is written to as well, objects that no other client writes. */
export function asking(kubeconfig: string, urls: readonly string[]): { readonly end: () => Promise<Asked> } {
  const directory = mkdtempSync(join(tmpdir(), "keelson-asking-"));
  const { clusters, users } = parse(kubeconfig) as {
    readonly clusters: readonly { readonly cluster: Readonly<Record<string, string>> }[];
    readonly users: readonly { readonly user: Readonly<Record<string, string>> }[];
  };
  const [cluster, user] = [clusters[0]?.cluster, users[0]?.user];
  const texts = {
    ca: cluster?.["certificate-authority-data"],
    cert: user?.["client-certificate-data"],
    key: user?.["client-key-data"],
  };
  for (const [name, text] of Object.entries(texts)) {
    writeFileSync(join(directory, name), Buffer.from(text ?? "", "base64"), { mode: 0o600 });
  }
  const child = spawn("bash", ["-c", loop, "bash", ...urls], { cwd: directory, stdio: ["ignore", "pipe", "inherit"] });
  let output = "";
  child.stdout.on("data", (data: Buffer) => (output += data.toString()));
  const gone = new Promise((resolve) => child.on("close", resolve));
  return {
    end: async () => {
      child.kill("SIGTERM");
      await gone;
      rmSync(directory, { recursive: true });
      const lines = output.split("\n").filter((line) => line !== "");
      const failures = lines.filter((line) => !/ (200|201)$/.test(line));
      const writes = lines.filter((line) => line === "write 201").length;
      return { answered: lines.length - failures.length, writes, failures };
    },
  };
}
