import { randomBytes } from "node:crypto";
import { readFileSync } from "node:fs";
import { join } from "node:path";

import { supportProgram } from "../../components/doctor";
import { ask } from "../../components/endpoint";
import type { Environment } from "../../components/environment";
import type { MachineConfig } from "../../components/machine";
import { Session, throughBastion, withEach, type Login } from "../../components/ssh";
import { messageOf } from "../progress";
import { root } from "../project";
import { withoutValues } from "./objects";

/** One file of the collection, by its path in it. */
export interface Part {
  readonly path: string;
  readonly text: string;
}

/** Longest wait for one machine, milliseconds. */
const patience = 90_000;

/** What each machine has to tell, all at the same time, with one login on each; one that does not answer says so. */
export async function partsOfMachines(
  { machines, ssh }: Environment,
  login: (machine: MachineConfig) => Login,
): Promise<readonly Part[]> {
  const parts = await throughBastion(ssh.bastion, 10 * patience, (way) =>
    withEach(machines, async (machine) => {
      let session: Session | undefined;
      try {
        const mark = `@@${randomBytes(12).toString("hex")}`;
        session = new Session(login(machine), { timeoutMs: patience }, way);
        const { output } = await session.run("bash -s", supportProgram(mark));
        return partsIn(output, mark, machine.name);
      } catch (error) {
        return [{ path: `machines/${machine.name}/not-asked.txt`, text: `${messageOf(error)}\n` }];
      } finally {
        session?.close();
      }
    }),
  );
  return parts.flat();
}

/** What came before the mark of its end is kept where it was cut off, too. */
export function partsIn(output: string, mark: string, machine: string): readonly Part[] {
  return output
    .split(new RegExp(`^${mark} `, "m"))
    .filter((text) => text.startsWith("part "))
    .map((text) => {
      const end = text.indexOf("\n");
      const name = text.slice("part ".length, end < 0 ? undefined : end);
      // A name is a machine's word: it leads nowhere else.
      const safe = name
        .split("/")
        .filter((piece) => piece !== "" && piece !== "..")
        .join("/");
      return { path: `machines/${machine}/${safe}`, text: end < 0 ? "" : text.slice(end + 1) };
    });
}

/** What the API tells; Secrets are not asked for, and what containers are started with is not shown. */
const questions: Readonly<Record<string, string>> = {
  "nodes.json": "/api/v1/nodes",
  "pods.json": "/api/v1/pods",
  "events.json": "/api/v1/events",
  "kube-system/configmaps.json": "/api/v1/namespaces/kube-system/configmaps",
  "kube-system/services.json": "/api/v1/namespaces/kube-system/services",
  "kube-system/daemonsets.json": "/apis/apps/v1/namespaces/kube-system/daemonsets",
  "kube-system/deployments.json": "/apis/apps/v1/namespaces/kube-system/deployments",
  "kube-flannel/daemonsets.json": "/apis/apps/v1/namespaces/kube-flannel/daemonsets",
  "requests.json": "/apis/certificates.k8s.io/v1/certificatesigningrequests",
  "readyz.txt": "/readyz?verbose",
  "version.json": "/version",
};

export async function partsOfCluster(kubeconfig: string): Promise<readonly Part[]> {
  const parts: Part[] = [];
  for (const [name, path] of Object.entries(questions)) {
    try {
      const { status, text } = await ask(kubeconfig, { path });
      parts.push({
        path: `cluster/${name}`,
        text: status === 200 ? withoutValues(text) : `${path}: ${status}\n${text}`,
      });
    } catch (error) {
      return [...parts, { path: "cluster/not-asked.txt", text: `${messageOf(error)}\n` }];
    }
  }
  return parts;
}

/** The stack's file, without what is encrypted in it. */
export function partOfConfiguration(stack: string): Part {
  const name = `Pulumi.${stack}.yaml`;
  const text = readFileSync(join(root, name), "utf8");
  return {
    path: name,
    text: text.replace(/^(\s*(?:- )?(?:secure|encryptionsalt|encryptedkey|\S*:secure):).*$/gm, "$1 [secret]"),
  };
}

/** What the state has, without any of the values. */
export function partOfState(deployment: unknown): Part {
  const { resources = [] } = deployment as {
    readonly resources?: readonly { readonly urn: string; readonly created?: string; readonly modified?: string }[];
  };
  const lines = resources.map(({ urn, created = "", modified = "" }) => `${urn} ${created} ${modified}`.trimEnd());
  return { path: "state.txt", text: `${lines.join("\n")}\n` };
}
