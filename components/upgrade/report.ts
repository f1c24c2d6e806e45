import { compareVersions, minorOf } from "../artifacts";
import { ends } from "../certificates";
import { listed, skewViolations, upgradeFaults, type Client } from "../plan";
import type { Told } from "./told";

/** Everything that speaks against an upgrade, and what to know before it, of all machines. */
export interface Report {
  /** It would fail, or harm: nothing is begun. */
  readonly problems: readonly string[];
  /** It goes on, and not everything with it. */
  readonly warnings: readonly string[];
}

export interface ReportArgs {
  /** Releases as they are in the state, and as they are wanted. */
  readonly from: string;
  readonly to: string;
  /** What each machine told; undefined where it did not answer, or was cut off. */
  readonly told: ReadonlyMap<string, Told | undefined>;
  /** First end of the cluster's certificates, and what time it is there, seconds since 1970; absent where none told. */
  readonly firstEnd?: number;
  readonly clock?: number;
  /** Releases that can be installed. @default those of the lock */
  readonly available?: readonly string[];
}

/** One report of what all machines told before an upgrade. */
export function reportOf(args: ReportArgs): Report {
  const { from, to, told } = args;
  const answers = [...told].flatMap(([name, answer]) => (answer ? [{ name, ...answer }] : []));
  const silent = [...told].filter(([, answer]) => !answer).map(([name]) => name);
  const nodes = answers.find((answer) => answer.nodes.size > 0)?.nodes ?? new Map<string, Node>();
  const kubelets = Object.fromEntries([...nodes].map(([name, { version }]) => [name, version]));
  return {
    problems: [
      ...ended(args),
      ...silent.map((name) => `${name} did not answer: it must answer before anything begins`),
      ...[...nodes].filter(([, { ready }]) => !ready).map(([name]) => `the node ${name} is not ready`),
      ...upgradeFaults({ from, to, kubelets, ...(args.available ? { available: args.available } : {}) }),
      ...skewViolations({ apiServers: serversOf(answers), clients: clientsOf(answers, nodes) }),
      ...together(
        answers,
        ({ refused }) => refused,
        (program, words) => `${program} ${to} does not take its settings: ${words}`,
      ),
      ...together(
        answers,
        ({ unknown }) => unknown,
        (program, words) => `of ${program} nothing is known: ${words}`,
      ),
      ...answers.flatMap(({ name, member }) => (member ? memberProblems(name, member) : [])),
      ...mixedMembers(answers),
    ],
    warnings: [
      ...together(
        answers,
        ({ ignored }) => ignored,
        (program, words) => `${program} ${to} starts, and says: ${words}`,
      ),
      ...asked(answers, to),
      ...budgets(answers),
    ],
  };
}

/** Those that are due are renewed on the way; what has ended lets nobody ask anything. */
function ended({ from, firstEnd, clock = 0 }: ReportArgs): readonly string[] {
  if (firstEnd === undefined || firstEnd > clock) return [];
  return [
    `certificates of the cluster ${ends(firstEnd, clock)}: run up with kubernetes.version: ${from} first, which renews them`,
  ];
}

type Answer = Told & { readonly name: string };
type Node = { readonly version: string; readonly ready: boolean };

/** What is the same on several machines is said once. */
function together(
  answers: readonly Answer[],
  of: (answer: Answer) => Told["refused"],
  say: (program: string, words: string) => string,
): readonly string[] {
  const said = new Map<string, string[]>();
  for (const answer of answers) {
    for (const { program, words } of of(answer)) {
      const text = say(program, words);
      said.set(text, [...(said.get(text) ?? []), answer.name]);
    }
  }
  return [...said].map(([text, names]) => `${listed(names)}: ${text}`);
}

function serversOf(answers: readonly Answer[]): Readonly<Record<string, string>> {
  return Object.fromEntries(
    answers.flatMap(({ name, apiServer }) => (apiServer === undefined ? [] : [[name, apiServer]])),
  );
}

/** Masters' kubelets speak to their own API server, all others and every kube-proxy to any. */
function clientsOf(answers: readonly Answer[], nodes: ReadonlyMap<string, Node>): readonly Client[] {
  const servers = Object.keys(serversOf(answers));
  const proxies = answers.find(({ proxies }) => proxies !== undefined)?.proxies;
  return [...nodes].flatMap(([on, { version }]): readonly Client[] => [
    { kind: "kubelet", on, version, reaches: servers.includes(on) ? [on] : servers },
    ...(proxies === undefined ? [] : [{ kind: "kube-proxy" as const, on, version: proxies, reaches: servers }]),
  ]);
}

function memberProblems(name: string, { alarms }: NonNullable<Told["member"]>): readonly string[] {
  if (alarms.length === 0) return [];
  return [
    `the member of etcd on ${name} has an alarm: ${alarms.join(", ")}. See etcdctl alarm list, and etcdctl alarm disarm`,
  ];
}

function mixedMembers(answers: readonly Answer[]): readonly string[] {
  const members = answers.flatMap(({ name, member }) => (member ? [{ name, version: member.version }] : []));
  if (new Set(members.map(({ version }) => version)).size < 2) return [];
  const names = members.map(({ name, version }) => `${name} ${version}`);
  return [`the members of etcd are not of one release: ${listed(names)}. Run up with the release that the cluster has`];
}

/** APIs that the wanted release has no more. */
function asked(answers: readonly Answer[], to: string): readonly string[] {
  const gone = answers
    .flatMap(({ asked }) => asked)
    .filter(({ removed }) => removed !== "" && compareVersions(removed, minorOf(to)) <= 0);
  const names = gone.map(({ group, version, resource, subresource, removed }) => {
    const path = subresource === "" ? resource : `${resource}/${subresource}`;
    return `clients still ask for ${path} of ${group === "" ? "" : `${group}/`}${version}, which Kubernetes ${removed} has no more`;
  });
  return [...new Set(names)].sort();
}

function budgets(answers: readonly Answer[]): readonly string[] {
  const { budgets = [] } = answers.find((answer) => answer.budgets.length > 0) ?? {};
  return budgets.map(
    ({ name, nodes }) =>
      `the disruption budget ${name} lets no pod go${nodes.length === 0 ? "" : `: ${listed(nodes)} cannot be drained while that is so`}`,
  );
}
