/** The cluster that the provider's kubeconfig leads to. */
import type { KubernetesObject, KubernetesObjectApi } from "@kubernetes/client-node";
import { requireLocal } from "../localAddress";
import { isObject, Properties, textAt } from "../properties";

/** An object as the API has it. */
export type LiveObject = KubernetesObject & Properties;

/** What the provider was given. */
export interface Access {
  /** The text of a kubeconfig; undefined while a preview cannot know it. */
  readonly kubeconfig: string | undefined;
  /** Deletes count as done where the cluster cannot be reached. */
  readonly deleteUnreachable: boolean;
}

/** Changes and reads objects by server-side apply. */
export class Cluster {
  private constructor(
    private readonly api: KubernetesObjectApi,
    private readonly server: string,
  ) {}

  /** Throws when the cluster is not on this computer. */
  static async connect({ kubeconfig }: Access): Promise<Cluster> {
    if (kubeconfig === undefined) {
      throw new Error(
        "the provider has no kubeconfig: give it as text, the stand-in plugin reads no files of the user's",
      );
    }
    // Loaded here: it takes a second, and a run that changes nothing in the cluster need not wait.
    const client = require("@kubernetes/client-node") as typeof import("@kubernetes/client-node");
    const config = new client.KubeConfig();
    config.loadFromString(kubeconfig);
    const server = config.getCurrentCluster()?.server ?? "";
    await requireLocal(new URL(server).hostname, "@pulumi/kubernetes");
    return new Cluster(client.KubernetesObjectApi.makeApiClient(config), server);
  }

  /** Makes the object what the fields say, and gives it as it is now. */
  async apply(object: Properties, manager: string, force: boolean): Promise<LiveObject> {
    const { PatchStrategy } = require("@kubernetes/client-node") as typeof import("@kubernetes/client-node");
    const spec = object as KubernetesObject;
    const answer = this.api.patch(spec, undefined, undefined, manager, force, PatchStrategy.ServerSideApply);
    return (await this.told(answer)) as LiveObject;
  }

  /** The object as it is; undefined when it is not there. */
  async read(object: Properties): Promise<LiveObject | undefined> {
    const reading = this.api.read(object as Parameters<KubernetesObjectApi["read"]>[0]);
    return (await this.told(unlessGone(reading))) as LiveObject | undefined;
  }

  /** Objects of one kind in a namespace, with these labels. */
  async list(apiVersion: string, kind: string, namespace: string, selector?: string): Promise<readonly LiveObject[]> {
    const all = undefined;
    const answer = this.api.list(apiVersion, kind, namespace, all, all, all, all, selector);
    return (await this.told(answer)).items as LiveObject[];
  }

  /** Asks for the object's deletion; true when it was there. */
  async delete(object: Properties, propagationPolicy: string): Promise<boolean> {
    const none = undefined;
    const deleting = this.api.delete(object as KubernetesObject, none, none, none, none, propagationPolicy);
    return (await this.told(unlessGone(deleting))) !== undefined;
  }

  /** Errors in the API's own words, which name the object and the field; the client wraps them in a dump. */
  private async told<Answer>(answer: Promise<Answer>): Promise<Answer> {
    try {
      return await answer;
    } catch (error) {
      const message = statusMessage(error);
      if (message !== undefined) {
        throw new Error(message);
      }
      throw new Unreachable(`the cluster at ${this.server} cannot be reached: ${reason(error)}`);
    }
  }
}

/** No answer came from the API at all. */
export class Unreachable extends Error {}

async function unlessGone<Answer>(answer: Promise<Answer>): Promise<Answer | undefined> {
  try {
    return await answer;
  } catch (error) {
    if (isObject(error) && error["code"] === 404) {
      return undefined;
    }
    throw error;
  }
}

function statusMessage(error: unknown): string | undefined {
  if (!(error instanceof Error) || !("body" in error) || typeof error.body !== "string") {
    return undefined;
  }
  try {
    return textAt(JSON.parse(error.body), "message");
  } catch {
    return error.body;
  }
}

function reason(error: unknown): string {
  const cause = error instanceof Error && error.cause instanceof Error ? error.cause : error;
  return cause instanceof Error ? cause.message : String(cause);
}
