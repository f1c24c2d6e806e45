import { readFileSync } from "node:fs";
import { join } from "node:path";

import { trustScript } from "../certificates";
import type { Machine } from "../machine";
import { composeLook } from "../script";
import { answerOf, throughBastion, withEach, type Login, type SshLogin } from "../ssh";
import { parseTold, type Told } from "./told";

/** Longest wait for one machine, milliseconds. */
const patience = 120_000;

const texts = [trustScript, join(__dirname, "proof.sh")].map((file) => readFileSync(file, "utf8"));
const program = composeLook(texts.join("\n"), {});

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
  const there = machines.flatMap(({ name, lost }) => {
    const to = lost ? undefined : login(name);
    return to ? [{ name, to }] : [];
  });
  const told = await throughBastion(environment.ssh.bastion, 10 * patience, (way) =>
    withEach(there, async ({ name, to }) => {
      const answer = await answerOf(to, program, patience, way);
      return [name, answer && parseTold(answer.output)] as const;
    }),
  );
  return new Map(told);
}
