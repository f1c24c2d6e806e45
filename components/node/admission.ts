import * as pulumi from "@pulumi/pulumi";

import { demand, type Answer, type Question } from "../endpoint";
import type { Machine } from "../machine";
import { onceKnown } from "../ssh";
import { machineMark } from "./owners";
import { JoinToken } from "./token";

/** What keeps a machine out that was lost, in the order in which it goes (node.sh). */
const barriers = ["validatingadmissionpolicybindings", "validatingadmissionpolicies"].map(
  (kind) => `/apis/admissionregistration.k8s.io/v1/${kind}`,
);

/**
 * What the program does around a machine's join, by the cluster's API: the way is free, and there is a token, before it; there is none after it.
 */
export class Admission {
  readonly token: JoinToken;

  constructor(
    private readonly machine: Pick<Machine, "name" | "identity" | "joined">,
    private readonly kubeconfig: pulumi.Output<string>,
  ) {
    this.token = new JoinToken(machine.name, kubeconfig);
  }

  async before(): Promise<void> {
    // One that was lost before is kept out no longer.
    for (const barrier of barriers) {
      await this.ask("let in again", { method: "DELETE", path: `${barrier}/keelson-lost-${this.machine.name}` });
    }
    await this.freeName();
    await this.token.offer();
  }

  async after(): Promise<void> {
    await this.token.takeBack();
  }

  /**
   * A node of this name that another machine made is not this one's: its pods are gone with that machine. A node that says nothing of its
   * machine has just joined. A machine that has joined is the one that it was, whatever it is known by now.
   */
  private async freeName(): Promise<void> {
    const { name, identity, joined } = this.machine;
    const path = `/api/v1/nodes/${name}`;
    const { status, text } = await this.ask("looked for", { path });
    const { metadata } = (status === 404 ? {} : JSON.parse(text)) as { readonly metadata?: { annotations?: Marks } };
    const machine = metadata?.annotations?.[machineMark];
    const own = await onceKnown(identity, "");
    if (machine === undefined || machine === own) return;
    if ((await onceKnown(joined, "")) === "yes") {
      void pulumi.log.info(`${name} is the same machine under another host key or host: its node stays`);
      const body = { metadata: { annotations: { [machineMark]: own } } };
      await this.ask("marked as its own", { method: "PATCH", path, form: "application/merge-patch+json", body });
      return;
    }
    void pulumi.log.info(`node ${name} belonged to the machine that was here before: it is deleted`);
    await this.ask("deleted", { method: "DELETE", path });
  }

  private async ask(what: string, question: Question): Promise<Answer> {
    const failure = `${this.machine.name} cannot join: its node could not be ${what}`;
    return demand(await onceKnown(this.kubeconfig, ""), question, { failure, also: [404] });
  }
}

type Marks = Readonly<Record<string, string>>;
