import { request } from "node:https";

import { parse } from "yaml";

interface Table {
  readonly columnDefinitions: readonly { readonly name: string; readonly priority: number }[];
  readonly rows: readonly {
    readonly cells: readonly (string | number)[];
    readonly object: { readonly metadata: Metadata };
  }[];
}

/** The part of a kubeconfig of kubeadm's that is of use here. */
interface KubeConfig {
  readonly clusters: readonly {
    readonly cluster: { readonly server: string; readonly "certificate-authority-data": string };
  }[];
  readonly users: readonly {
    readonly user: { readonly "client-certificate-data": string; readonly "client-key-data": string };
  }[];
}

interface Metadata {
  readonly namespace?: string;
}

/** The nodes, in the server's own words. */
export async function nodeTable(kubeconfig: string): Promise<string> {
  const table = await fetchTable(kubeconfig, "/api/v1/nodes");
  const columns = ["Name", "Status", "Roles", "Age", "Version", "Internal-IP", "Container-Runtime"];
  return render(table, columns, () => []);
}

/** All pods of all namespaces. */
export async function podTable(kubeconfig: string): Promise<string> {
  const table = await fetchTable(kubeconfig, "/api/v1/pods");
  const columns = ["Name", "Ready", "Status", "Restarts", "Age", "IP", "Node"];
  return render(table, columns, ({ namespace = "" }) => [namespace], ["Namespace"]);
}

function render(
  { columnDefinitions, rows }: Table,
  columns: readonly string[],
  first: (metadata: Metadata) => readonly string[],
  firstHeads: readonly string[] = [],
): string {
  const indices = columns.map((column) => columnDefinitions.findIndex(({ name }) => name === column));
  const lines = [
    [...firstHeads, ...columns].map((head) => head.toUpperCase()),
    ...rows.map((row) => [...first(row.object.metadata), ...indices.map((index) => String(row.cells[index] ?? ""))]),
  ];
  const widths = lines[0]?.map((_, column) => Math.max(...lines.map((line) => line[column]?.length ?? 0))) ?? [];
  return lines
    .map((line) =>
      line
        .map((cell, column) => cell.padEnd(widths[column] ?? 0))
        .join("   ")
        .trimEnd(),
    )
    .join("\n");
}

/** Source: Kubernetes API concepts, "Receiving resources as Tables". */
async function fetchTable(kubeconfig: string, path: string): Promise<Table> {
  const { clusters, users } = parse(kubeconfig) as KubeConfig;
  const [{ cluster } = missing()] = clusters;
  const [{ user } = missing()] = users;
  const url = new URL(path, cluster.server);
  const options = {
    headers: { accept: "application/json;as=Table;v=v1;g=meta.k8s.io" },
    timeout: 10_000,
    ca: bytes(cluster["certificate-authority-data"]),
    cert: bytes(user["client-certificate-data"]),
    key: bytes(user["client-key-data"]),
  };
  const text = await new Promise<string>((resolve, reject) => {
    const call = request(url, options, (response) => {
      let body = "";
      response.setEncoding("utf8");
      response.on("data", (chunk: string) => (body += chunk));
      response.on("end", () => {
        if (response.statusCode === 200) resolve(body);
        else reject(new Error(`${url.href} answers ${String(response.statusCode)}: ${body.slice(0, 200)}`));
      });
    });
    call.on("timeout", () => call.destroy(new Error("no answer within 10 s")));
    call.on("error", ({ message }) =>
      reject(new Error(`the cluster's API at ${url.origin} does not answer (${message}): does its machine run?`)),
    );
    call.end();
  });
  return JSON.parse(text) as Table;
}

function bytes(base64: string): Buffer {
  return Buffer.from(base64, "base64");
}

function missing(): never {
  throw new Error("the stack's kubeconfig names no cluster: run make up");
}
