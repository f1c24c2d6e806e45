import { requireLocal } from "../localAddress";
import { listAt, objectAt, type Properties, textAt, without } from "../properties";
import { ApiFailure, ApiServer, type Call, Unreachable } from "./apiServer";
import { readKubeconfig } from "./kubeconfig";
import type { Settings } from "./settings";

/** The objects of one cluster. */

/** What finds an object. */
export interface Identity {
  readonly apiVersion: string;
  readonly kind: string;
  readonly name: string;
  /** Ignored for kinds that live in no namespace. */
  readonly namespace?: string;
}

/** How the API calls a kind. */
interface Kind {
  readonly plural: string;
  readonly namespaced: boolean;
}

/** The identity that an object's own fields tell. */
export function identityOf(object: Properties): Identity {
  const metadata = objectAt(object, "metadata");
  return {
    apiVersion: textAt(object, "apiVersion") ?? "v1",
    kind: textAt(object, "kind") ?? "",
    name: textAt(metadata, "name") ?? "",
    namespace: textAt(metadata, "namespace"),
  };
}

/** The object in words for people. */
export function describe({ kind, namespace, name }: Identity): string {
  return `${kind} ${namespace === undefined ? "" : `${namespace}/`}${name}`;
}

/** Reads and changes the objects of one cluster; connects at first use, for a preview needs none. */
export class Cluster {
  private server: ApiServer | undefined;
  private readonly kinds = new Map<string, readonly Properties[]>();

  constructor(private readonly settings: Settings) {}

  /** The object as it is; undefined when it is not there. */
  async read(identity: Identity): Promise<Properties | undefined> {
    return unlessGone(async () => this.call({ method: "GET", path: await this.path(identity) }));
  }

  /** Objects of one kind in one namespace. */
  async list(kind: Omit<Identity, "name">, query: Call["query"]): Promise<readonly Properties[]> {
    return listAt(await this.call({ method: "GET", path: await this.path(kind), query }), "items");
  }

  /** Makes an object that is not there yet. */
  async create(object: Properties, manager: string): Promise<Properties> {
    const { apiVersion, kind, namespace } = identityOf(object);
    const [path, body] = [await this.path({ apiVersion, kind, namespace }), await this.placed(object)];
    return this.call({ method: "POST", path, body, query: { fieldManager: manager } });
  }

  /** Makes the object what the fields say, and forgets the manager's fields that are not among them. */
  async apply(object: Properties, manager: string, force: boolean): Promise<Properties> {
    const [path, body] = [await this.path(identityOf(object)), await this.placed(object)];
    const query = { fieldManager: manager, force: String(force) };
    try {
      return await this.call({ method: "PATCH", path, body, query, contentType: "application/apply-patch+yaml" });
    } catch (error) {
      throw error instanceof ApiFailure && error.reason === "Conflict" ? conflict(error, identityOf(object)) : error;
    }
  }

  /** Changes an object by single operations. */
  async edit(identity: Identity, operations: readonly Properties[]): Promise<Properties> {
    const contentType = "application/json-patch+json";
    return this.call({ method: "PATCH", path: await this.path(identity), body: operations, contentType });
  }

  /** Asks for the object's deletion. */
  async delete(identity: Identity, propagationPolicy: string): Promise<void> {
    await unlessGone(async () =>
      this.call({ method: "DELETE", path: await this.path(identity), body: { propagationPolicy } }),
    );
  }

  /** The object with the namespace it will have. */
  private async placed(object: Properties): Promise<Properties> {
    const metadata = objectAt(object, "metadata");
    const { namespaced } = await this.kind(identityOf(object));
    const namespace = textAt(metadata, "namespace") ?? this.settings.namespace;
    return { ...object, metadata: namespaced ? { ...metadata, namespace } : without(metadata, "namespace") };
  }

  private async path(identity: Omit<Identity, "name"> & Partial<Identity>): Promise<string> {
    const { plural, namespaced } = await this.kind(identity);
    const namespace = namespaced ? ["namespaces", identity.namespace ?? this.settings.namespace] : [];
    const parts = [...namespace, plural, ...(identity.name === undefined ? [] : [identity.name])];
    return `${root(identity.apiVersion)}/${parts.map(encodeURIComponent).join("/")}`;
  }

  private async kind({ apiVersion, kind }: { apiVersion: string; kind: string }): Promise<Kind> {
    const named = (resource: Properties): boolean =>
      resource["kind"] === kind && textAt(resource, "name")?.includes("/") === false;
    let found = this.kinds.get(apiVersion)?.find(named);
    if (found === undefined) {
      // A kind may be new: custom ones come while the cluster runs.
      const known = listAt(await this.resources(apiVersion), "resources");
      this.kinds.set(apiVersion, known);
      found = known.find(named);
    }
    if (found === undefined) throw new ApiFailure(404, "NotFound", `the cluster has no kind ${kind} in ${apiVersion}`);
    return { plural: textAt(found, "name") ?? "", namespaced: found["namespaced"] === true };
  }

  private async resources(apiVersion: string): Promise<Properties> {
    const answer = await unlessGone(() => this.call({ method: "GET", path: root(apiVersion) }));
    return answer ?? {};
  }

  private async call(call: Call): Promise<Properties> {
    this.server ??= await this.connect();
    return this.server.call(call);
  }

  private async connect(): Promise<ApiServer> {
    const { kubeconfig, timeout } = this.settings;
    if (kubeconfig === undefined) {
      throw new Error(
        "the provider has no kubeconfig; the stand-in plugin takes its content, and reads no user's files",
      );
    }
    const access = readKubeconfig(kubeconfig);
    try {
      await requireLocal(access.server.hostname.replace(/^\[|\]$/g, ""), "@pulumi/kubernetes");
    } catch (error) {
      // The network of machines that were taken away is no network of this computer any more.
      throw new Unreachable(error instanceof Error ? error.message : String(error), { cause: error });
    }
    return new ApiServer(access, timeout);
  }
}

function root(apiVersion: string): string {
  return `/${apiVersion.includes("/") ? "apis" : "api"}/${apiVersion}`;
}

async function unlessGone<Answer>(request: () => Promise<Answer>): Promise<Answer | undefined> {
  try {
    return await request();
  } catch (error) {
    if (error instanceof ApiFailure && error.status === 404) return undefined;
    throw error;
  }
}

function conflict(failure: ApiFailure, identity: Identity): ApiFailure {
  const causes = failure.causes.map((cause) => `${textAt(cause, "field")}: ${textAt(cause, "message")}`);
  const message =
    `${describe(identity)}: other managers hold fields that this resource sets: ${causes.join("; ")}. Leave them out, ` +
    'or take them with the annotation pulumi.com/patchForce: "true".';
  return new ApiFailure(failure.status, failure.reason, message, failure.causes);
}
