import { once } from "node:events";
import { createServer, type IncomingMessage, type RequestListener, type Server } from "node:http";
import { createServer as createTlsServer } from "node:https";
import type { AddressInfo } from "node:net";

import type { Certificate } from "./certificate";

type Bag = Readonly<Record<string, unknown>>;

/** One request that changed something, or tried to. */
export interface Change {
  readonly method: string;
  readonly path: string;
  readonly query: Readonly<Record<string, string>>;
  readonly body: unknown;
}

interface Failure {
  readonly method?: string;
  readonly status: number;
  readonly reason: string;
  readonly message: string;
  readonly details?: unknown;
}

const kinds: Readonly<Record<string, readonly Bag[]>> = {
  "/api/v1": [
    kind("Namespace", "namespaces", false),
    kind("Node", "nodes", false),
    kind("Node", "nodes/status", false),
    kind("Pod", "pods"),
    kind("Service", "services"),
    kind("ConfigMap", "configmaps"),
    kind("Event", "events"),
    kind("Secret", "secrets"),
    kind("ServiceAccount", "serviceaccounts"),
  ],
  "/apis/apps/v1": [kind("Deployment", "deployments"), kind("DaemonSet", "daemonsets")],
  "/apis/rbac.authorization.k8s.io/v1": [
    kind("ClusterRole", "clusterroles", false),
    kind("ClusterRoleBinding", "clusterrolebindings", false),
  ],
  "/apis/discovery.k8s.io/v1": [kind("EndpointSlice", "endpointslices")],
};

/** An API server on loopback that keeps objects by path, and does as little with them as the tests need. */
export class TestApi {
  readonly objects = new Map<string, Bag>();
  readonly changes: Change[] = [];
  /** In which form the bodies of the changes came. */
  readonly forms: (string | undefined)[] = [];
  requests = 0;
  /** What an object is at its next reads, one after the other, by path; the last one stays. */
  readonly future = new Map<string, Bag[]>();
  /** Answers that take the place of the next ones, or of the next to a method. */
  readonly failures: Failure[] = [];
  private made = 0;
  private readonly server: Server;

  /** By TLS where it has a certificate. */
  constructor(private readonly certificate?: Certificate) {
    const listener: RequestListener = (request, response) =>
      void this.answer(request).then(({ status, body }) => {
        response.writeHead(status, { "content-type": "application/json" }).end(JSON.stringify(body));
      });
    this.server = certificate ? createTlsServer(certificate, listener) : createServer(listener);
  }

  async listen(): Promise<void> {
    this.server.listen(0, "127.0.0.1");
    await once(this.server, "listening");
  }

  close(): void {
    this.server.close();
    this.server.closeAllConnections();
  }

  /** The way to this server as a kubeconfig. */
  get kubeconfig(): string {
    return kubeconfigFor(`${this.certificate ? "https" : "http"}://127.0.0.1:${this.port}`, this.certificate);
  }

  get port(): number {
    return (this.server.address() as AddressInfo).port;
  }

  private async answer(request: IncomingMessage): Promise<{ status: number; body: unknown }> {
    this.requests += 1;
    const url = new URL(request.url ?? "", "http://localhost");
    const path = decodeURIComponent(url.pathname);
    const resources = kinds[path];
    if (resources !== undefined) return { status: 200, body: { kind: "APIResourceList", resources } };
    if (/as=Table/.test(request.headers.accept ?? "")) {
      return { status: 200, body: { columnDefinitions: [], rows: [] } };
    }
    const method = request.method ?? "";
    const body = await bodyOf(request);
    if (method !== "GET") {
      this.changes.push({ method, path, query: Object.fromEntries(url.searchParams), body });
      this.forms.push(request.headers["content-type"]);
    }
    const failure = this.failures.findIndex((candidate) => (candidate.method ?? method) === method);
    const [failed] = failure < 0 ? [] : this.failures.splice(failure, 1);
    if (failed !== undefined) return { status: failed.status, body: failed };
    const labels = url.searchParams.get("labelSelector");
    return method === "DELETE" && labels !== null ? this.clear(path, labels) : this.act(method, path, body);
  }

  /** Deletes those of a collection that have a label. */
  private clear(collection: string, label: string): { status: number; body: unknown } {
    const [key = "", value] = label.split("=");
    for (const [path, object] of this.objects) {
      const has = memberOf(memberOf(object, "metadata"), "labels")[key] === value;
      if (has && path.startsWith(`${collection}/`)) this.objects.delete(path);
    }
    return { status: 200, body: {} };
  }

  private act(method: string, path: string, body: unknown): { status: number; body: unknown } {
    if (method === "POST") return this.create(path, body as Bag);
    if (method === "PATCH") return this.patch(path, body);
    const items = this.members(path);
    if (method === "GET" && items !== undefined) return { status: 200, body: { items } };
    const object = this.next(path);
    if (object === undefined) return missing(path);
    // An object that has a future is still there for a while.
    if (method === "DELETE" && !this.future.has(path)) this.objects.delete(path);
    return { status: 200, body: object };
  }

  private create(collection: string, object: Bag): { status: number; body: unknown } {
    const path = `${collection}/${String(memberOf(object, "metadata")["name"])}`;
    if (this.objects.has(path)) {
      return { status: 409, body: { reason: "AlreadyExists", message: `"${path}" already exists` } };
    }
    return { status: 201, body: this.keep(path, object) };
  }

  private patch(path: string, body: unknown): { status: number; body: unknown } {
    const object = this.objects.get(path) ?? {};
    return { status: 200, body: this.keep(path, Array.isArray(body) ? object : { ...object, ...(body as Bag) }) };
  }

  private keep(path: string, object: Bag): Bag {
    const before = memberOf(this.objects.get(path), "metadata");
    this.made += 1;
    const metadata = { uid: before["uid"] ?? `uid-${this.made}`, ...memberOf(object, "metadata") };
    const kept = { ...object, metadata: { ...metadata, resourceVersion: String(this.made) } };
    this.objects.set(path, kept);
    return kept;
  }

  private next(path: string): Bag | undefined {
    const future = this.future.get(path);
    const next = future?.shift();
    if (next === undefined) return this.objects.get(path);
    if (future?.length === 0) this.future.delete(path);
    if (next["gone"] === true) {
      this.objects.delete(path);
      return undefined;
    }
    const object = { ...this.objects.get(path), ...next };
    this.objects.set(path, object);
    return object;
  }

  private members(path: string): readonly Bag[] | undefined {
    const plural = path.slice(path.lastIndexOf("/") + 1);
    const isCollection = Object.values(kinds).some((resources) => resources.some(({ name }) => name === plural));
    const entries = [...this.objects].filter(([other]) => other.startsWith(`${path}/`));
    return isCollection ? entries.map(([, object]) => object) : undefined;
  }
}

/** A kubeconfig for the administrator of a server; by TLS it is shown the same certificate that it shows. */
export function kubeconfigFor(server: string, certificate?: Certificate): string {
  const base64 = (text: string) => Buffer.from(text).toString("base64");
  const { cert, key } = certificate ?? { cert: "", key: "" };
  const cluster = { server, ...(certificate ? { "certificate-authority-data": base64(cert) } : {}) };
  const pair = { "client-certificate-data": base64(cert), "client-key-data": base64(key) };
  return JSON.stringify({
    "current-context": "admin",
    contexts: [{ name: "admin", context: { cluster: "here", user: "me" } }],
    clusters: [{ name: "here", cluster }],
    users: [{ name: "me", user: certificate ? pair : { token: "let me in" } }],
  });
}

/** A map within an object; an empty one where the object has none. */
export function memberOf(object: Bag | undefined, name: string): Bag {
  return (object?.[name] ?? {}) as Bag;
}

function kind(name: string, plural: string, namespaced = true): Bag {
  return { name: plural, kind: name, namespaced };
}

function missing(path: string): { status: number; body: unknown } {
  return { status: 404, body: { reason: "NotFound", message: `${path} not found` } };
}

async function bodyOf(request: IncomingMessage): Promise<unknown> {
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(chunk as Buffer);
  const text = Buffer.concat(chunks).toString();
  const body: unknown = text === "" ? undefined : JSON.parse(text);
  return typeof body === "object" && body !== null ? body : undefined;
}
