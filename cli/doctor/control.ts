import { lengthsOf } from "../../components/certificates";
import { lengthOf } from "../../components/certificates/settings";
import type { Examined, Member } from "../../components/doctor";
import type { Environment } from "../../components/environment";
import { etcdMembersOf, mastersOf } from "../../components/machine";
import type { ClusterTold } from "./cluster";
import { type Commands, counted, endsIn, orUnknown, orWell, theCluster, type Finding } from "./findings";

/** How full etcd may be of what it takes at most, before something is to be done. */
const fullQuota = 0.8;

/** Of a kubelet's certificate, which it renews itself at seven to nine tenths of its life. */
const lastTenth = 0.05;

/** API servers with the ways to them, what keeps their state, and certificates. */
export function controlFindings(
  environment: Environment,
  all: readonly Examined[],
  cluster: ClusterTold | string,
  commands: Commands,
): readonly Finding[] {
  const asked = all.filter(({ told }) => told);
  const ways = new Set(all.flatMap(({ told }) => told?.ways.map(({ way }) => way) ?? []));
  return [
    ...orWell("API", apiFindings(environment, all, cluster, commands), apiWords(cluster, ways.size)),
    ...orUnknown("certificates", asked, certificates(environment, all, cluster, commands), certificateWords(all)),
    ...orUnknown("etcd", membersAsked(environment, all), etcdFindings(environment, all, commands), etcdWords(all)),
    ...backups(environment, all, commands),
  ];
}

function apiFindings(
  environment: Environment,
  all: readonly Examined[],
  cluster: ClusterTold | string,
  commands: Commands,
): readonly Finding[] {
  const base = { check: "API", state: "wrong" } as const;
  const fault = typeof cluster === "string" ? cluster : cluster.endpointFault;
  const [first] = mastersOf(environment);
  const next = commands.on(first.name, "sudo journalctl -u kubelet -n 50");
  const servers = all.flatMap(({ config: { name }, told }) =>
    (told?.servers ?? []).flatMap(({ server, well, words, said }): readonly Finding[] => {
      const next = commands.on(name, `sudo sh -c 'tail -n 50 /var/log/pods/kube-system_${server}-*/${server}/*.log'`);
      return well ? [] : [{ ...base, subject: name, component: server, words, ...(said ? { said } : {}), next }];
    }),
  );
  // A server that is down is told once, and not by everyone who cannot reach it.
  const down = new Set(servers.flatMap(({ subject, component }) => (component === "kube-apiserver" ? [subject] : [])));
  const silent = all.flatMap(({ config: { name }, told }) => (told ? [] : [name]));
  const isDown = (way: string) => [...down, ...silent].some((name) => way === `the API server of ${name}`);
  const allDown = mastersOf(environment).every(({ name }) => down.has(name) || silent.includes(name));
  const ways = all.flatMap(({ config: { name }, told }) =>
    (told?.ways ?? []).flatMap(({ way, url, answer }): readonly Finding[] => {
      if (["200", "401", "403"].includes(answer) || isDown(way) || (allDown && !isDirect(way))) return [];
      const words = /^\d{3}$/.test(answer) ? `answers ${answer} at ${url}` : `does not answer at ${url} (${answer})`;
      const unit = way === "its proxy" ? "keelson-api-proxy" : "keelson-virtual-address";
      const next = isDirect(way)
        ? commands.on(name, `curl -k ${url}/readyz`)
        : commands.on(name, `sudo journalctl -u ${unit} -n 50`);
      return [{ ...base, subject: name, component: way, words, next }];
    }),
  );
  return [...(fault === undefined ? [] : [{ ...base, subject: theCluster, words: fault, next }]), ...servers, ...ways];
}

const isDirect = (way: string) => way.startsWith("the API server of ");

function apiWords(cluster: ClusterTold | string, ways: number): string {
  if (typeof cluster === "string") return "";
  return `it answers at ${cluster.url}, and on the machines by ${counted(ways, "way")}`;
}

function certificates(
  environment: Environment,
  all: readonly Examined[],
  cluster: ClusterTold | string,
  commands: Commands,
): readonly Finding[] {
  const { lastCall } = lengthsOf(environment);
  const judged = (subject: string, component: string, end: number, now: number, limit: number): readonly Finding[] => {
    if (end - now >= limit) return [];
    const words = endsIn(end - now);
    return [{ check: "certificates", state: "wrong", subject, component, words, next: commands.make("up") }];
  };
  const shown = typeof cluster === "string" ? undefined : cluster.certificateEnds;
  return [
    ...all.flatMap(({ config: { name }, answer, told }) => [
      ...[...(answer?.ends ?? [])].flatMap(([path, end]) => judged(name, path, end, answer?.clock ?? 0, lastCall)),
      ...(told?.leaves ?? []).flatMap(({ path, begins, ends }) =>
        judged(name, path, ends, told?.now ?? 0, (ends - begins) * lastTenth),
      ),
    ]),
    ...(shown ? judged(theCluster, "what the API shows", shown.getTime() / 1000, Date.now() / 1000, lastCall) : []),
  ];
}

function certificateWords(all: readonly Examined[]): string {
  const [first] = all
    .flatMap(({ config: { name }, answer }) =>
      [...(answer?.ends ?? [])].map(([path, end]) => ({ path, name, left: end - (answer?.clock ?? 0) })),
    )
    .sort((one, other) => one.left - other.left);
  return first
    ? `the first to end is ${first.path} of ${first.name}, in ${lengthOf(first.left)}`
    : "no machine reported any";
}

function etcdFindings(environment: Environment, all: readonly Examined[], commands: Commands): readonly Finding[] {
  const names = etcdMembersOf(environment).map(({ name }) => name);
  const base = { check: "etcd", state: "wrong" } as const;
  const found = all.flatMap(({ config: { name }, told }): readonly Finding[] => {
    if (!told || !names.includes(name)) return [];
    const next = commands.on(name, "sudo journalctl -u etcd -n 50");
    const { member } = told;
    if (!member) return [{ ...base, subject: name, words: "has no member of etcd, and is to have one", next }];
    if ("silent" in member) {
      const said = member.said === "" ? {} : { said: member.said };
      return [{ ...base, subject: name, component: "etcd", words: `does not answer: ${member.silent}`, ...said, next }];
    }
    return memberFaults(member).map((words) => ({ ...base, subject: name, component: "etcd", words, next }));
  });
  return [...found, ...membership(all, names, commands)];
}

function memberFaults({ leader, errors, learner, bytes, quota }: Member): readonly string[] {
  return [
    ...(leader === "0" ? ["has no leader: there is no quorum, and no write is taken"] : []),
    ...errors.map((error) => `complains: ${error}`),
    ...(learner ? ["is a learner: it has no vote yet"] : []),
    ...(quota !== undefined && bytes > fullQuota * quota
      ? [`has ${megabytes(bytes)} of ${megabytes(quota)}: when it is full, etcd takes no write`]
      : []),
  ];
}

const megabytes = (bytes: number) => `${Math.round(bytes / 1_048_576)} MB`;

/** Those that the members know, beside those that the stack has. */
function membership(all: readonly Examined[], names: readonly string[], commands: Commands): readonly Finding[] {
  const told = all.find(({ told }) => (told?.members.length ?? 0) > 0)?.told;
  if (!told) return [];
  const known = told.members.map(({ name }) => name);
  const base = { check: "etcd", state: "wrong", subject: theCluster, next: commands.make("preview") } as const;
  return [
    ...told.members
      .filter(({ name }) => !names.includes(name))
      .map(({ name, urls }) => ({
        ...base,
        words: `knows of a member ${name || urls.join()} that the stack does not have`,
      })),
    ...names.filter((name) => !known.includes(name)).map((name) => ({ ...base, words: `knows of no member ${name}` })),
  ];
}

function etcdWords(all: readonly Examined[]): string {
  const members = all.flatMap(({ told }) => (told?.member && !("silent" in told.member) ? [told.member] : []));
  const largest = Math.max(0, ...members.map(({ bytes }) => bytes));
  const [quota] = members.flatMap(({ quota = [] }) => quota);
  return `${counted(members.length, "member")}, no alarms, ${megabytes(largest)}${quota === undefined ? "" : ` of ${megabytes(quota)}`}`;
}

/** Machines with a member of etcd that told something. */
function membersAsked(environment: Environment, all: readonly Examined[]): readonly Examined[] {
  const names = etcdMembersOf(environment).map(({ name }) => name);
  return all.filter(({ config, told }) => told && names.includes(config.name));
}

function backups(environment: Environment, all: readonly Examined[], commands: Commands): readonly Finding[] {
  if (!environment.etcd.backup) return [];
  const faults = all.flatMap(({ config: { name }, answer }) =>
    (answer?.faults ?? []).map((words): Finding => {
      const next = commands.on(name, "sudo journalctl -u 'keelson-etcd-backup*' -n 50");
      return { check: "backups", state: "wrong", subject: name, words, next };
    }),
  );
  const members = membersAsked(environment, all);
  if (members.length === 0 && faults.length === 0) {
    const words = "no member of etcd could be asked; what is stored at etcd.backup.to is untouched";
    return [{ check: "backups", state: "unknown", subject: theCluster, words }];
  }
  const answers = members.flatMap(({ answer }) => answer ?? []);
  const newest = Math.max(0, ...answers.map(({ backup }) => backup?.at ?? 0));
  const verified = Math.max(0, ...answers.map(({ verified }) => verified));
  const none: readonly Finding[] =
    newest === 0 && answers.length > 0
      ? [
          {
            check: "backups",
            state: "wrong",
            subject: theCluster,
            words: "no member knows of a backup",
            next: commands.make("backup"),
          },
        ]
      : [];
  const now = Math.max(...answers.map(({ clock }) => clock), 0);
  const proof =
    verified === 0 ? "none was verified yet" : `one was restored to verify it ${lengthOf(now - verified)} ago`;
  return orWell("backups", [...faults, ...none], `the newest is ${lengthOf(now - newest)} old; ${proof}`);
}
