import { randomInt } from "node:crypto";

import * as pulumi from "@pulumi/pulumi";

import { demand, type Answer, type Question } from "../endpoint";
import { onceKnown } from "../ssh";

/** How long a token is good for, minutes. */
const goodFor = 15;

const secrets = "/api/v1/namespaces/kube-system/secrets";

/**
 * A bootstrap token for one machine, random in each run: the program offers it to the cluster when the machine is about to
 * join, and takes it back when it has. Source: Kubernetes documentation, "Authenticating with bootstrap tokens".
 */
export class JoinToken {
  /** Its public half; not known in a preview, as what `up` sends is another one. */
  readonly id: pulumi.Output<string>;
  /** The whole of it, a secret, "abcdef.0123456789abcdef"; not known in a preview. */
  readonly text: pulumi.Output<string>;
  private readonly halves = { "token-id": randomText(6), "token-secret": randomText(16) };

  constructor(
    private readonly node: string,
    private readonly kubeconfig: pulumi.Output<string>,
  ) {
    const { "token-id": id, "token-secret": secret } = this.halves;
    this.id = inRuns(id);
    this.text = inRuns(`${id}.${secret}`);
  }

  /** Lets the machine join for 15 minutes; a token that a join before left behind, which failed or was killed, goes. */
  async offer(): Promise<void> {
    const { date } = await this.withdraw();
    await this.ask("made", { method: "POST", path: secrets, body: this.secret(date) });
  }

  /** The machine has joined. The token ends by itself as well, so a failure is told and no more. */
  async takeBack(): Promise<void> {
    try {
      await this.withdraw();
    } catch (error) {
      const why = error instanceof Error ? error.message : String(error);
      await pulumi.log.warn(`${why}; it expires ${goodFor} minutes after it was made`);
    }
  }

  private withdraw(): Promise<Answer> {
    // The type as well: nothing else of the namespace may ever be meant.
    const selectors = { labelSelector: `keelson.io/admits=${this.node}`, fieldSelector: `type=${tokenType}` };
    const path = `${secrets}?${new URLSearchParams(selectors).toString()}`;
    return this.ask("revoked", { method: "DELETE", path });
  }

  private async ask(what: string, question: Question): Promise<Answer> {
    return demand(await onceKnown(this.kubeconfig, ""), question, {
      failure: `${this.node}'s token to join could not be ${what}`,
      // There already: an attempt before was heard, and its answer was not.
      also: question.method === "POST" ? [409] : [],
      hidden: this.halves["token-secret"],
    });
  }

  /** By the server's clock, which is the one that ends it. */
  private secret(now: Date): object {
    return {
      apiVersion: "v1",
      kind: "Secret",
      metadata: { name: `bootstrap-token-${this.halves["token-id"]}`, labels: { "keelson.io/admits": this.node } },
      type: tokenType,
      stringData: {
        description: `keelson admits ${this.node}`,
        ...this.halves,
        expiration: new Date(now.getTime() + goodFor * 60_000).toISOString().replace(/\.\d+Z$/, "Z"),
        "usage-bootstrap-authentication": "true",
        "usage-bootstrap-signing": "true",
        "auth-extra-groups": "system:bootstrappers:kubeadm:default-node-token",
      },
    };
  }
}

const tokenType = "bootstrap.kubernetes.io/token";

/** A preview's plan could not be kept with a text that is another one in each run, nor would its token be of any use. */
function inRuns(text: string): pulumi.Output<string> {
  const value: unknown = pulumi.runtime.isDryRun() ? pulumi.unknown : text;
  return pulumi.secret(value) as pulumi.Output<string>;
}

/** Random letters and digits. */
function randomText(length: number): string {
  const alphabet = "abcdefghijklmnopqrstuvwxyz0123456789";
  return Array.from({ length }, () => alphabet[randomInt(alphabet.length)]).join("");
}
