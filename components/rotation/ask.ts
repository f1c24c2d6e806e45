import { readFileSync } from "node:fs";
import { join } from "node:path";

import type { Machine } from "../machine";
import { composeLook } from "../script";
import { Session, sshLogin, withEach, type Login, type SshLogin } from "../ssh";
import { parseTold, type Told } from "./told";

/** Longest wait for one machine, milliseconds. */
const patience = 60_000;

const program = composeLook(readFileSync(join(__dirname, "proof.sh"), "utf8"), {});

export interface AskArgs {
  readonly machines: readonly Machine[];
  readonly environment: { readonly ssh: { readonly bastion?: SshLogin } };
  /** How to log in on a machine; nothing for one that is not there. */
  readonly login: (name: string) => Login | undefined;
}

/** Asks all machines at once by which authorities they go; undefined of those that do not answer. */
export async function askAll({
  machines,
  environment,
  login,
}: AskArgs): Promise<ReadonlyMap<string, Told | undefined>> {
  const { bastion } = environment.ssh;
  const way = bastion && new Session(sshLogin(bastion), { timeoutMs: 10 * patience });
  const there = machines.flatMap(({ name, lost }) => {
    const to = lost ? undefined : login(name);
    return to ? [{ name, to }] : [];
  });
  const told = await withEach(there, async ({ name, to }) => {
    const session = new Session(to, { timeoutMs: patience }, way);
    try {
      return [name, parseTold((await session.run("bash -s", program)).output)] as const;
    } catch {
      return [name, undefined] as const;
    } finally {
      session.close();
    }
  });
  way?.close();
  return new Map(told);
}
