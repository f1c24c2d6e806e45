import type { Examined } from "../../components/doctor";
import { driftOf } from "../../components/survey";
import { type Commands, counted, orUnknown, orWell, type Finding } from "./findings";

/** Beyond so many seconds from the others a clock makes certificates and tokens invalid. */
const clockLimit = 30;

/** From so many percent on a disk is full: the kubelet's own default is 85. */
const full = 85;
/** A machine that shares its computer's disk is told when that is nearly at its end. */
const fullShared = 95;

/** What is to be said of machines one by one. */
export function machineFindings(all: readonly Examined[], commands: Commands): readonly Finding[] {
  const answering = all.filter(({ told }) => told);
  const names = new Set(all.map(({ config }) => config.name));
  return [
    ...orWell(
      "machines",
      all.flatMap((one) => silence(one, commands)),
      `${counted(all.length, "machine")} ${all.length === 1 ? "answers" : "answer"}`,
    ),
    ...orUnknown(
      "drift",
      answering,
      answering.flatMap((one) => drift(one, commands, names)),
      "nothing was changed by hand, and every script ended well",
    ),
    ...orUnknown(
      "units",
      answering,
      answering.flatMap((one) => units(one, commands)),
      "all that keelson keeps running runs",
    ),
    ...orUnknown("clocks", answering, clocks(answering, commands), clockWords(answering)),
    ...orUnknown(
      "disks",
      answering,
      answering.flatMap((one) => disks(one, commands)),
      diskWords(answering),
    ),
  ];
}

function silence({ config, silence: why, told, answer }: Examined, commands: Commands): readonly Finding[] {
  const base = { check: "machines", subject: config.name } as const;
  if (why === undefined && answer && !told) {
    const next = commands.on(config.name, "echo it answers");
    return [{ ...base, state: "unknown", words: "answered only a part of what it was asked for", next }];
  }
  if (why === undefined) return [];
  const refused = /refuses the login|host key|^lets /.test(why);
  const next = refused
    ? `ssh -v -p ${config.ssh.port} ${config.ssh.user}@${config.ssh.host}`
    : `ping ${config.ssh.host}`;
  return [{ ...base, state: "wrong", words: why, next }];
}

function drift(
  { config: { name }, answer }: Examined,
  commands: Commands,
  names: ReadonlySet<string>,
): readonly Finding[] {
  if (!answer) return [];
  // A master may remember that it admitted a machine, or waited for one, which left before it was ready: earlier releases let that stand.
  const isOfNobody = (script: string) => /-(admit|ready)$/.test(script) && !names.has(script.replace(/-\w+$/, ""));
  const drifted = driftOf(answer).filter(({ script }) => !isOfNobody(script));
  const found = drifted.map(({ script, words }): Finding => {
    return { check: "drift", state: "wrong", subject: name, component: script, words, next: commands.make("preview") };
  });
  // A run of up that is at work is no fault, and no machine says whether one is.
  if (answer.waiting === undefined) return found;
  const words = "restarts are deferred to the machine's turn, which an interrupted up did not reach";
  return [...found, { check: "drift", state: "wrong", subject: name, words, next: commands.make("up") }];
}

function units({ config: { name }, told }: Examined, commands: Commands): readonly Finding[] {
  return (told?.units ?? []).map(({ unit, state, said }) => ({
    check: "units",
    state: "wrong",
    subject: name,
    component: unit,
    words: `does not run (${state})`,
    ...(said === "" ? {} : { said }),
    next: commands.on(name, `sudo journalctl -u ${unit} -n 50`),
  }));
}

function median(numbers: readonly number[]): number {
  const sorted = [...numbers].sort((one, other) => one - other);
  return sorted[Math.floor((sorted.length - 1) / 2)] ?? 0;
}

function clocks(all: readonly Examined[], commands: Commands): readonly Finding[] {
  // This computer's has a voice as well: of two machines nobody could say which one is wrong.
  const middle = median([0, ...all.map(({ ahead = 0 }) => ahead)]);
  return all.flatMap(({ config: { name }, ahead = 0 }): readonly Finding[] => {
    const off = Math.round(ahead - middle);
    if (Math.abs(off) <= clockLimit) return [];
    const words = `its clock is ${Math.abs(off)} s ${off > 0 ? "ahead of" : "behind"} the others', and ${clockLimit} s are allowed`;
    const next = commands.on(name, "timedatectl");
    return [{ check: "clocks", state: "wrong", subject: name, component: "clock", words, next }];
  });
}

function clockWords(all: readonly Examined[]): string {
  const ahead = all.map(({ ahead = 0 }) => ahead);
  return `no two clocks are more than ${(Math.max(...ahead, 0) - Math.min(...ahead, Math.max(...ahead, 0))).toFixed(1)} s apart`;
}

function disks({ config, told }: Examined, commands: Commands): readonly Finding[] {
  const limit = config.sharedKernel ? fullShared : full;
  return (told?.disks ?? []).flatMap(({ mount, bytes, inodes, left }): readonly Finding[] => {
    const most = Math.max(bytes, inodes);
    if (most < limit) return [];
    const words = `${most} % of its ${bytes >= inodes ? "bytes" : "inodes"} are used, ${left} are left`;
    const next = commands.on(config.name, `sudo du -xh --max-depth 3 ${mount} | sort -h | tail`);
    return [{ check: "disks", state: "wrong", subject: config.name, component: mount, words, next }];
  });
}

function diskWords(all: readonly Examined[]): string {
  const [fullest] = all
    .flatMap(({ config: { name }, told }) => (told?.disks ?? []).map((disk) => ({ name, ...disk })))
    .sort((one, other) => other.bytes - one.bytes);
  return fullest ? `the fullest is ${fullest.mount} of ${fullest.name}: ${fullest.bytes} % are used` : "none was asked";
}
