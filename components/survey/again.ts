import { shortDigest, type Again, type Seen } from "../script";
import type { Answer, Change, Ran } from "./answer";
import type { NodeState } from "./told";

/** What a machine told, as its scripts ask for it; of its node masters have told. */
export function seenOf({ scripts, waiting }: Answer, node?: NodeState): Seen {
  // Of scripts that are to run again; the machine may remember others, which nothing asks for.
  const mended: string[] = [];
  return {
    again: (script, program) => {
      const ran = scripts.get(script);
      if (!ran) return undefined;
      const again = unfinished(ran) ?? changed(ran);
      if (again) mended.push(again.token);
      return again ?? another(ran, program);
    },
    onceMore: (script) => {
      const ran = scripts.get(script);
      if (!ran) return undefined;
      // One whose first run failed is not in the state, and runs anew.
      const again = ran.ended ? changed(ran) : ran.mended !== undefined ? unfinished(ran) : undefined;
      if (!again) return undefined;
      mended.push(ran.run);
      return { ...again, token: ran.run };
    },
    ranOnceMore: (script) => scripts.get(script)?.mended,
    anew: (script) => {
      const ran = scripts.get(script);
      // One whose first run failed is not in the state, nor is what waits for it.
      if (!ran || node === undefined || !(ran.ended || ran.mended !== undefined)) return undefined;
      const isBeingMade = !ran.ended || ran.changes.some(({ kind }) => kind === "present");
      return node === "unmarked" || isBeingMade ? because(ran.run, givenAnew) : undefined;
    },
    follows: () => {
      const why = [...mended, ...(waiting === undefined ? [] : [waiting])];
      if (why.length === 0) return undefined;
      return because(shortDigest(why.join()), waiting === undefined ? putToUse : deferred);
    },
  };
}

/** Of one that let nobody in: it told nothing else. */
export function refusedBy(words: string): Seen {
  const nothing = () => undefined;
  return { again: nothing, onceMore: nothing, ranOnceMore: nothing, anew: nothing, follows: nothing, refused: words };
}

/** What is not as the scripts left it, by the script, in words; units that do not run are not among it. */
export function driftOf({ scripts }: Answer): readonly { readonly script: string; readonly words: string }[] {
  return [...scripts.values()].flatMap(({ name: script, ended, working, changes }) => [
    ...(ended || working ? [] : [{ script, words: "its last run failed or was killed" }]),
    ...changes
      .filter(({ kind, now }) => kind !== "unit" || now === "disabled")
      .map((change) => ({ script, words: whatIs(change) })),
  ]);
}

/** What it is now, without what comes of it. */
function whatIs(change: Change): string {
  const words = wordsFor(change);
  return words.slice(0, words.lastIndexOf(": "));
}

const deferred = "deferred restarts are made, each machine in its turn";
const givenAnew =
  "its node is another one than before: it is awaited, and given its labels, annotations and taints again";
const putToUse = "what is repaired on it takes effect in its turn";

function unfinished({ ended, working, run }: Ran): Again | undefined {
  // What it does is not in the state: the update that sent it was killed, and may have been taken back since.
  if (working) return because(run, "an earlier run is still at work there: these settings are applied when it ends");
  if (ended) return undefined;
  return because(run, "its last run failed or was killed: these settings are applied again");
}

/** A run that was cut off when the machine was done already, and the state knew nothing of it yet. */
function another(ran: Ran, program: string): Again | undefined {
  if (ran.program === program) return undefined;
  return because(ran.run, "its last run is not in the state: these settings are applied again");
}

/** The same may happen again after it was mended: the run that left it is another one then. */
function changed({ changes, run }: Ran): Again | undefined {
  if (changes.length === 0) return undefined;
  return {
    token: shortDigest(JSON.stringify([run, changes])),
    words: changes.map(wordsFor),
    files: new Set(changes.flatMap(({ kind, name }) => (kind === "file" || kind === "program" ? [name] : []))),
    byHand: true,
  };
}

function because(token: string, words: string): Again {
  return { token, words: [words], files: new Set() };
}

function wordsFor({ kind, name, now, before }: Change): string {
  switch (kind) {
    case "file":
      return now === "-" ? `${name} is gone: it is written again` : `${name} was changed by hand: it is written again`;
    case "program":
      return now === "-"
        ? `${name} is gone: it is installed again`
        : `${name} is not the file that was installed: it is installed again`;
    case "unit":
      return now === "disabled"
        ? `${name} would not start at the next boot: it is enabled again`
        : `${name} does not run${now === "failed" ? ": it failed" : ""}: it is started again`;
    case "kernel":
      return `the kernel setting ${name} is ${now}: it is set to ${before} again`;
    case "package":
      return `the package ${name} is gone: it is installed again`;
    case "present":
      return now === "-" ? `${name} is gone: it is made again` : `${name} has ended: another is issued`;
    case "rules":
      return `nothing leads to the rules of ${name} any more: it sets them again`;
    case "image": {
      const [runtime = "", image = ""] = name.split(" ");
      return `${runtime} has the image ${image} no more: it is loaded again`;
    }
  }
}
