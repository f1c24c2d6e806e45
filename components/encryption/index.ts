import { join } from "node:path";

import * as pulumi from "@pulumi/pulumi";

import { serversScript } from "../endpoint";
import type { Machine } from "../machine";
import { HostScript, stepOn } from "../script";
import { effects } from "./effects";
import { encryptionOf, etcdPrefixOf, providersFile, writerOf, type EncryptionSettings } from "./settings";
import { forgetStep, writeStep } from "./step";

export { makeKeys } from "./keys";
export { etcdPrefixOf, type EncryptionSettings } from "./settings";

/** Functions by which a master's API server reads and writes Secrets, and the values that they read. */
export const providersScript = join(__dirname, "providers.sh");

interface Environment extends EncryptionSettings {
  readonly etcd: { readonly restore?: { readonly generation: number } };
}

export function providersValues(environment: EncryptionSettings, etcdEndpoints: readonly string[]) {
  return {
    ENCRYPTION: writerOf(environment),
    PROVIDERS: providersFile,
    ETCD_ENDPOINTS: etcdEndpoints,
    ETCD_PREFIX: etcdPrefixOf(environment),
  };
}

export interface SecretsArgs {
  /** The masters whose servers have their keys, with those that are lost. */
  readonly machines: readonly Machine[];
  /** Where the server of a master answers, "10.0.0.11:6443". */
  readonly server: (machine: Machine) => string;
  readonly etcdEndpoints: readonly string[];
  readonly environment: Environment;
  readonly keys: pulumi.Output<string>;
}

/** Every Secret in etcd is by the key that is asked for, and API servers know no other, when this is done. */
export class Secrets extends pulumi.ComponentResource {
  constructor(name: string, args: SecretsArgs, opts?: pulumi.ComponentResourceOptions) {
    super("keelson:encryption:Secrets", name, {}, opts);
    // What the state knows of a master that is lost is forgotten.
    for (const machine of args.machines.filter(({ lost }) => lost === true)) {
      for (const step of [writeStep, forgetStep]) {
        const script = join(__dirname, "stages.sh");
        new HostScript(stepOn(machine, step), { machine, script }, { parent: this });
      }
    }
    const masters = args.machines.filter(({ lost }) => lost !== true);
    const [first] = masters;
    if (encryptionOf(args.environment) && first) this.settle(first, masters, args);
    this.registerOutputs({});
  }

  /** All write, then all that is there is written again, then all forget. */
  private settle(first: Machine, masters: readonly Machine[], args: SecretsArgs): void {
    const stage = (name: string, verb: keyof typeof effects, machine: Machine, after: readonly pulumi.Resource[]) =>
      new HostScript(
        name,
        {
          machine,
          script: join(__dirname, "stages.sh"),
          uses: [providersScript, serversScript],
          values: {
            ...providersValues(args.environment, args.etcdEndpoints),
            STAGE: verb,
            ENDPOINT: args.server(machine),
            MASTERS: masters.map(args.server),
            // What is restored may be by keys before.
            RESTORED: args.environment.etcd.restore?.generation ?? 0,
          },
          secrets: { ENCRYPTION_KEYS: args.keys },
          effects: effects[verb],
        },
        { parent: this, dependsOn: [...after] },
      );
    const ready = masters.flatMap(({ dependsOn }) => dependsOn);
    const writing = masters.map((machine) => stage(stepOn(machine, writeStep), "write", machine, ready));
    const written = stage("encryption", "rewrite", first, writing);
    for (const machine of masters) stage(stepOn(machine, forgetStep), "forget", machine, [written]);
  }
}
