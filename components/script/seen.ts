/** Why a script is to run again though nothing of it changes. */
export interface Again {
  /** Another one for each time that it happens: what it is sent with differs from what the state has. */
  readonly token: string;
  /** What was found, and what is done about it, in plain words; one clause each. */
  readonly words: readonly string[];
  /** Paths of files that are written again. */
  readonly files: ReadonlySet<string>;
  /** Something was changed by hand: that is told also where the script changes anyway. @default false */
  readonly byHand?: boolean;
}

/** What a machine told of itself before anything was changed on it. */
export interface Seen {
  /** Why a script, of which a program with this digest is to be the last that ran, is to run again. */
  again(script: string, program: string): Again | undefined;
  /** Why a script of one moment is to run once more: its token is the id of the run that it mends. */
  onceMore(script: string): Again | undefined;
  /** Token of the last time that a script of one moment ran once more; absent where it has run once. */
  ranOnceMore(script: string): string | undefined;
  /** Why the machine's node is to be given all that it has: it is another one than that which had it. By the script that makes it a node. */
  anew(script: string): Again | undefined;
  /** Why what follows from the scripts that were asked for so far is to run again. */
  follows(): Again | undefined;
  /** Why nobody could log in, where the machine answers: "it refuses the key of admin". */
  readonly refused?: string;
}
