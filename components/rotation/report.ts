import { labelOf } from "../certificates";
import { listed } from "../plan";
import { stageOf, type Stage } from "./stages";
import type { Told } from "./told";

/** What speaks against the next stage, and what to know before it. */
export interface Report {
  /** The stage before is not through everywhere, or what is to be forgotten is in use. */
  readonly problems: readonly string[];
  /** Of these it is known that they end by themselves, within minutes, or they are to be asked again. */
  readonly passing: readonly string[];
  readonly warnings: readonly string[];
}

export interface ReportArgs {
  readonly before: readonly number[];
  readonly after: readonly number[];
  /** What each machine told; undefined where it did not answer, or was cut off. */
  readonly told: ReadonlyMap<string, Told | undefined>;
}

/** One report of what all machines told before authorities change. */
export function reportOf({ before, after, told }: ReportArgs): Report {
  const stage = stageOf(before, after);
  const answers = [...told].flatMap(([name, answer]) => (answer ? [{ name, ...answer }] : []));
  const silent = [...told].filter(([, answer]) => !answer);
  const unanswered = silent.map(([name]) => `${name} did not answer: it must answer before anything begins`);
  // Whoever issues, all have trusted both since the stage before: this has been proven then.
  if (stage === "back") return { problems: unanswered, passing: [], warnings: [] };
  return {
    problems: [
      ...unanswered,
      ...answers.flatMap((answer) => notThrough(answer, before)),
      ...apart(answers),
      ...(stage === "forget" ? keptTokens(answers) : []),
    ],
    passing: [...unasked(answers, stage), ...(stage === "forget" ? tokensOf(answers) : [])],
    warnings: stage === "issue" ? oldPods(answers) : [],
  };
}

type Answer = Told & { readonly name: string };

/** What the API is to tell before each stage. */
const questions: Readonly<Record<string, string>> = {
  "cluster-info": "whom machines that join are told to trust (cluster-info)",
  secrets: "tokens that are kept in Secrets",
  configmaps: "when namespaces were told whom to trust",
  pods: "when pods began",
};

/** An API that does not answer has not said that there is nothing. What one master was told is the same for all. */
function unasked(answers: readonly Answer[], stage: Stage | undefined): readonly string[] {
  const more = { trust: [], issue: ["configmaps", "pods"], forget: ["secrets"], back: [] };
  const missing = ["cluster-info", ...(stage ? more[stage] : [])].filter(
    (name) => !answers.some(({ asked }) => asked.has(name)),
  );
  if (missing.length === 0) return [];
  const masters = listed(answers.filter(({ key }) => key !== undefined).map(({ name }) => name));
  const what = listed(missing.map((name) => questions[name] ?? name));
  return [
    `the API did not answer ${masters === "" ? "anybody" : masters} about ${what}. See make doctor, and run up again`,
  ];
}

/** What of one machine is not as the stage before is to leave it. */
function notThrough({ name, bundles, leaves, servers, late }: Answer, before: readonly number[]): readonly string[] {
  const label = labelOf(before);
  // etcd's are in the order of their age.
  const places = { etcd: [...before].sort((one, other) => one - other).indexOf(before[0] ?? 0) + 1, other: 1 };
  const isEtcds = (file: string) => file.includes("/etcd/") || file.endsWith("/apiserver-etcd-client.crt");
  return [
    ...bundles
      .filter(({ certificates }) => certificates.length !== before.length)
      .map(
        ({ where, certificates }) =>
          `${where} of ${name} has ${certificates.length} authorities, and is to have ${before.length}`,
      ),
    ...leaves
      .filter(({ file, issuer }) => issuer !== (isEtcds(file) ? places.etcd : places.other))
      .map(({ file }) => `${file} of ${name} is not of the authority ${before[0] ?? ""}`),
    ...[...servers]
      .filter(([, started]) => started !== label)
      .map(
        ([server, started]) => `${server} of ${name} was started on the authorities ${started}, and not on ${label}`,
      ),
    ...late.map((what) => `${what} of ${name} has not read its authorities yet`),
  ];
}

/** Machines that go by other authorities than the others. */
function apart(answers: readonly Answer[]): readonly string[] {
  const all = answers.flatMap(({ name, bundles }) => bundles.map((bundle) => ({ name, ...bundle })));
  return [...new Set(all.map(({ kind }) => kind))].flatMap((kind) => {
    const [first, ...rest] = all.filter((bundle) => bundle.kind === kind);
    return rest
      .filter(({ certificates }) => certificates.join() !== first?.certificates.join())
      .map(
        ({ name, where }) =>
          `${where} of ${name} has other authorities than ${first?.where ?? ""} of ${first?.name ?? ""}`,
      );
  });
}

/** Tokens are signed anew within minutes of the kubelet's restart. */
function tokensOf(answers: readonly Answer[]): readonly string[] {
  const key = answers.find(({ key }) => key !== undefined)?.key;
  return answers.flatMap(({ name, tokens }) => {
    const old = [...new Set(tokens.filter((token) => token.key !== key).map(({ name }) => name))];
    return old.length === 0 ? [] : [`tokens of ${listed(old)} on ${name} are signed with the key before`];
  });
}

function keptTokens(answers: readonly Answer[]): readonly string[] {
  const key = answers.find(({ key }) => key !== undefined)?.key;
  const old = answers.flatMap(({ secrets }) => secrets.filter((secret) => secret.key !== key).map(({ name }) => name));
  if (old.length === 0) return [];
  return [
    `tokens that are kept in Secrets are signed with the key before, and would be refused: ${listed([...new Set(old)])}. Delete these Secrets, make them again, and give the new tokens to whoever has the old`,
  ];
}

function oldPods(answers: readonly Answer[]): readonly string[] {
  const counts = answers.find(({ old }) => old.size > 0)?.old ?? new Map<string, number>();
  const names = [...counts].map(([namespace, count]) => `${namespace} (${count})`).sort();
  if (names.length === 0) return [];
  return [
    `pods that began before all trusted the next authority may reach no API server any more, where they read once whom to trust: those of the namespaces ${listed(names)}. ` +
      "Restart what speaks with the API (kubectl rollout restart) before this",
  ];
}
