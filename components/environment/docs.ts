import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";

import * as docker from "../docker/settings";
import * as etcd from "../etcd/settings";
import * as kubelet from "../kubelet/settings";
import { nodeLabels } from "../machine/settings";
import { apiServerFlags, controllerManagerFlags, schedulerFlags } from "../master/settings";
import { referenceOf } from "../settings";
import { configuration } from "./schema";

/** Where the reference lies. */
export const docsFile = join(__dirname, "..", "..", "docs", "configuration.md");

const introduction = `# Configuration

<!-- Made from the settings.ts of each chapter in components/ by \`npm run docs\`: change it there. -->

A stack's file, \`Pulumi.STACK.yaml\`, says what its cluster is like. Every key there begins with \`keelson:\`, as in
\`keelson:machines\`; the names below leave that out. \`machines[].name\` is the field \`name\` of each element of the
list \`machines\`. Fields without a default are optional unless they are called required.

A field that is not in these tables is a mistake, and so is a secret, but for the passphrases of private keys, which must be
one. All mistakes are reported together, before any machine is contacted. \`Pulumi.dev.yaml\`, \`Pulumi.staging.yaml\` and \`Pulumi.prod.yaml\` are
examples that work.
`;

/** The reference of all fields, in Markdown. */
export function configurationDocs(): string {
  return referenceOf({
    introduction,
    schema: configuration,
    prefix: "keelson:",
    reserved: {
      "kubernetes.apiServer.extraArgs": apiServerFlags,
      "kubernetes.controllerManager.extraArgs": controllerManagerFlags,
      "kubernetes.scheduler.extraArgs": schedulerFlags,
      "kubernetes.kubelet.configuration": kubelet.owned,
      "docker.daemon": docker.owned,
      "etcd.extraArgs": etcd.owned,
      "machines[].labels": nodeLabels,
    },
  });
}

/** Writes the reference, or with "--check" only says whether it is as it would be written. */
function main(check: boolean): number {
  const docs = configurationDocs();
  if (!check) {
    writeFileSync(docsFile, docs);
    return 0;
  }
  if (readFileSync(docsFile, "utf8") === docs) return 0;
  process.stderr.write("docs/configuration.md is not what the schema says: run npm run docs\n");
  return 1;
}

if (require.main === module) process.exitCode = main(process.argv.includes("--check"));
