import type { MachineConfig } from "../machine";
import { Session, sshLogin, wordsFor, type Login } from "../ssh";
import { parseAnswer, type Answer } from "./answer";
import type { SurveySettings } from "./settings";

/** What became of one machine that was asked. */
export interface Asked {
  readonly config: MachineConfig;
  readonly answer?: Answer;
  /** Why there is no answer, in plain words. */
  readonly silence?: string;
  /** It answers, and lets nobody in. @default false */
  readonly refused?: boolean;
}

/** Longest wait for one machine, milliseconds. */
export const patience = 5000;

/** Asks one machine, by way of another where there is one; `output` is all that it printed. */
export async function look(
  login: Login,
  program: string,
  way: Session | undefined,
  timeoutMs = patience,
): Promise<Omit<Asked, "config"> & { readonly output?: string }> {
  let session: Session | undefined;
  try {
    session = new Session(login, { timeoutMs }, way);
    const { status, output } = await session.run("bash -s", program);
    const answer = parseAnswer(output);
    return answer
      ? { answer, output }
      : { silence: `ended the survey with exit status ${status}: ${lastLine(output)}` };
  } catch (error) {
    return silenceOf(error as NodeJS.ErrnoException, login);
  } finally {
    session?.close();
  }
}

/** Why a machine gave no answer, in words that go on after its name. */
export function silenceOf(error: NodeJS.ErrnoException, { user }: Login): Omit<Asked, "config"> {
  if (/authentication methods failed/i.test(error.message)) {
    return {
      silence: `refuses the login of ${user}: see ssh.user, and whether the public half of ssh.privateKeyFile is in its authorized_keys`,
      refused: true,
    };
  }
  if (/verification failed|no matching host key/i.test(error.message)) {
    return { silence: "shows another host key than the one in its line" };
  }
  return { silence: `does not answer (${wordsFor(error)})` };
}

/** How the stack says to log in on a machine; undefined where it knows none of that name. */
export function loginFor({ machines, lost }: SurveySettings, name: string): Login | undefined {
  const machine = [...machines, ...lost].find((machine) => machine.name === name);
  return machine && sshLogin(machine.ssh);
}

const lastLine = (text: string) => text.split("\n").at(-1) ?? "";
