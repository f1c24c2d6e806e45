import { shortDigest, type Again } from "../script";
import type { Asked } from ".";
import type { Answer } from "./answer";
import { heldBySeveral, nobodysOf, nodelessOf, unreadyOf } from "./told";

/** A run soon after another that found the same has nothing new to say. */
const soon = 600;

/** A machine that told. */
interface Told {
  readonly name: string;
  readonly answer: Answer;
}

/** What is not well in the cluster, of what its machines tell; undefined where nothing is known to be. */
export function unwellAmong(asked: readonly Asked[], lastCall = 0): Again | undefined {
  const told = asked.flatMap(({ config, answer }) => (answer ? [{ name: config.name, answer }] : []));
  const unready = unreadyOf(asked);
  const checked = underHealth(asked, told, unready);
  const others = besides(asked, told, lastCall);
  const found = [...checked, ...others];
  if (found.length === 0) return undefined;
  const clocks = told.map(({ answer }) => answer.clock);
  const when = String(Math.floor(Math.max(...(clocks.length > 0 ? clocks : [Date.now() / 1000])) / soon));
  // What the script mended is another matter when it is there again, however soon.
  const ran = told.flatMap(({ answer }) => answer.scripts.get("health")?.run ?? []).join();
  const marks = [...(checked.length > 0 ? [ran || when] : []), ...(others.length > 0 ? [when] : [])];
  const token = shortDigest([...found, ...unready.values(), ...marks].join());
  return { token, words: [...found, "it is checked again, and has to be healthy"], files: new Set() };
}

/** What health.sh looks at: a run of it ends well when none of this is left. */
function underHealth(
  asked: readonly Asked[],
  told: readonly Told[],
  unready: ReadonlyMap<string, string>,
): readonly string[] {
  const emptied = nobodysOf(asked);
  const members = new Set(told.flatMap(({ answer }) => answer.members));
  return [
    ...untold(asked),
    ...told.flatMap(({ name, answer }) => (answer.apiSilent ? [`the API does not answer on ${name}`] : [])),
    ...told.flatMap(({ name, answer }) =>
      answer.etcd === "unwell" ? [`the member of etcd on ${name} is not part of a quorum`] : [],
    ),
    ...emptied
      .filter((name) => members.has(name) && !unready.has(name))
      .map((name) => `the member of etcd on ${name} is gone, for ${nothingLeft(name)}`),
    ...[...unready.keys()].map(
      (name) => `the node ${name} is not ready${emptied.includes(name) ? `, for ${nothingLeft(name)}` : ""}`,
    ),
    ...nodelessOf(asked).map((name) => `the node ${name} is gone from the cluster`),
    ...(told.some(({ answer }) => answer.nginxSilent) ? ["nginx does not answer"] : []),
  ];
}

/** What no run mends. */
function besides(asked: readonly Asked[], told: readonly Told[], lastCall: number): readonly string[] {
  const held = heldBySeveral(asked);
  return [
    ...told.flatMap(({ name, answer }) => answer.faults.map((fault) => `${name}: ${fault}`)),
    ...told.flatMap(({ name, answer }) => endingOn(name, answer, lastCall)),
    ...(held ? [`${held.words} (${held.masters.join(", ")})`] : []),
  ];
}

/** Silent machines of which nobody else tells: masters tell of each other's nodes, and of workers'. */
function untold(asked: readonly Asked[]): readonly string[] {
  const isMaster = ({ config }: Asked) => config.roles.includes("master");
  const told = asked.some((one) => isMaster(one) && one.answer !== undefined);
  const alone = asked.filter((one) => (isMaster(one) ? !told : one.config.roles.includes("etcd")));
  return alone.flatMap(({ config, silence, refused }) =>
    silence === undefined || refused ? [] : [`${config.name} could not be asked`],
  );
}

/** What is for one moment, as a join, is not done again for a machine that is known by the same key. */
const nothingLeft = (name: string) =>
  `${name} has nothing of this cluster on it any more: where it was rebuilt or emptied and shows the host key that it had, mark it \`lost: true\` under machines, run up, take that back, and run up`;

/** What ends on a machine sooner than it would if up, or the machine's timer, had renewed it. */
function endingOn(name: string, { ends, clock }: Answer, lastCall: number): readonly string[] {
  const [first] = [...ends].sort(([, one], [, other]) => one - other);
  if (!first || first[1] - clock >= lastCall) return [];
  const days = Math.floor((first[1] - clock) / 86_400);
  return [`${first[0]} on ${name} ${first[1] < clock ? "has ended" : `ends in ${days} days`}`];
}
