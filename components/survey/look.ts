import type { MachineConfig } from "../machine";
import { Session, silenceOf, sshLogin, wordsFor, type Login, type Patience, type Silence } from "../ssh";
import { parseAnswer, type Answer } from "./answer";
import type { SurveySettings } from "./settings";

/** What became of one machine that was asked: an answer, or why there is none. */
export interface Asked extends Partial<Silence> {
  readonly config: MachineConfig;
  readonly answer?: Answer;
}

/** Asks one machine, by way of another where there is one; `output` is all that it printed. */
export async function look(
  login: Login,
  program: string,
  way: Session | undefined,
  patience: Patience,
): Promise<Omit<Asked, "config"> & { readonly output?: string }> {
  let session: Session | undefined;
  try {
    session = new Session(login, patience, way);
    const { status, output } = await session.run("bash -s", program);
    const answer = parseAnswer(output);
    return answer
      ? { answer, output }
      : { silence: `ended the survey with exit status ${status}: ${lastLine(output)}` };
  } catch (error) {
    const said = session?.said;
    return said === undefined ? silenceOf(error as Error, login) : unended(said, login, error as Error);
  } finally {
    session?.close();
  }
}

/** A machine that lets somebody in is there, whatever keeps it from telling all. */
function unended(said: string, { user }: Login, error: Error): Silence {
  const last = lastLine(said.trim());
  return {
    silence: `lets ${user} in, and has not told all: ${wordsFor(error)}; it said ${last === "" ? "nothing" : `last: ${last}`}`,
  };
}

/** How the stack says to log in on a machine; undefined where it knows none of that name. */
export function loginFor({ machines, lost }: SurveySettings, name: string): Login | undefined {
  const machine = [...machines, ...lost].find((machine) => machine.name === name);
  return machine && sshLogin(machine.ssh);
}

const lastLine = (text: string) => text.split("\n").at(-1) ?? "";
