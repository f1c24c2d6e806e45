import { ask } from "../components/endpoint/api";

interface Table {
  readonly columnDefinitions: readonly { readonly name: string; readonly priority: number }[];
  readonly rows: readonly {
    readonly cells: readonly (string | number)[];
    readonly object: { readonly metadata: Metadata };
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
  const accept = "application/json;as=Table;v=v1;g=meta.k8s.io";
  const { status, text } = await ask(kubeconfig, { path, accept });
  if (status !== 200) throw new Error(`the cluster's API answers ${path} with ${status}: ${text.slice(0, 200)}`);
  return JSON.parse(text) as Table;
}
