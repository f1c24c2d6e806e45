import { readFileSync } from "node:fs";
import { join } from "node:path";

import { having, type MachineConfig } from "../machine";
import { composeLook } from "../script";
import { answerOf, throughBastion, withEach, type Login, type SshLogin } from "../ssh";

/** Functions by which a script on a master tells whether a node's kubelet is at work. */
export const leaseScript = join(__dirname, "lease.sh");

/** Longest wait for one master, milliseconds: whether a lease is renewed again takes a fourth of its time to see. */
const patience = 40_000;

const script = [leaseScript, join(__dirname, "atWork.sh")].map((file) => readFileSync(file, "utf8")).join("\n");

/**
 * Asks all masters at once which of these nodes' kubelets go on renewing their leases: machines that are at work, though this computer may not
 * reach them. Where no master answers, none is known to.
 */
export function nodesAtWork(
  environment: { readonly machines: readonly MachineConfig[]; readonly ssh: { readonly bastion?: SshLogin } },
  /** How to log in on a machine; nothing for one that is not there, or does not answer. */
  login: (name: string) => Login | undefined,
): (names: readonly string[]) => Promise<readonly string[]> {
  return async (names) => {
    const program = composeLook(script, { NODES: names });
    const masters = having(environment.machines, "master").flatMap(({ name }) => {
      const to = login(name);
      return to ? [{ to }] : [];
    });
    const told = await throughBastion(environment.ssh.bastion, 10 * patience, (way) =>
      withEach(masters, async ({ to }) => (await answerOf(to, program, patience, way))?.output ?? ""),
    );
    const lines = new Set(told.flatMap((output) => output.split("\n")));
    return names.filter((name) => lines.has(`at-work ${name}`));
  };
}
