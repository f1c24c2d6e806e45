import { joined, parts, together } from "../../components/certificates/authorities";
import { authorityRefusals } from "../../components/plan/authorities";
import { noReleases } from "../../components/plan/versions";
import { reportOf } from "../../components/rotation/report";
import { refusalOf, stageOf, wordsOf } from "../../components/rotation/stages";
import { parseTold } from "../../components/rotation/told";
import { masters, topology, worker } from "./plan.fixture";

const base64 = (text: string) => Buffer.from(text).toString("base64");

test.each([
  [[1], [1, 2], "trust"],
  [[1, 2], [2, 1], "issue"],
  [[2, 1], [1, 2], "back"],
  [[2, 1], [2], "forget"],
  [[1, 2], [1], "forget"],
  [[2], [2, 3], "trust"],
  [[1], [2], undefined],
  [[1], [2, 1], undefined],
  [[2], [2, 1], undefined],
  [[2, 1], [1], undefined],
  [[1, 2], [2], undefined],
  [[1, 2], [1, 3], undefined],
])("from %j to %j it is %s", (before, after, stage) => {
  expect(stageOf(before, after)).toBe(stage);
  expect(refusalOf(before, after) === undefined).toBe(stage !== undefined);
});

test.each([
  [[1], [2], "1. set it to [1, 2], and run up; 2. set it to [2, 1], and run up; 3. set it to 2, and run up"],
  [[2, 1], [1], "1. set it to [1, 2], and run up; 2. set it to 1, and run up"],
  [[1, 2], [2], "1. set it to [2, 1], and run up; 2. set it to 2, and run up"],
  [[1, 2], [1, 3], "1. set it to 1, and run up; 2. set it to [1, 3], and run up"],
  [[2], [1], "an authority that was forgotten is not made again. The way: use a higher number, as in [2, 3]"],
])("from %j to %j the way is told", (before, after, way) => {
  expect(refusalOf(before, after)).toContain(way);
});

test("a preview says what is next, what restarts, and what cannot be taken back", () => {
  expect(wordsOf([1], [1, 2])).toMatch(
    /^authority 2 is made, and trusted everywhere besides 1.*members of etcd restart, one after the other; API servers.*kubelets restart.*Next: certificates\.authority: \[2, 1\]\. Taken back by 1$/,
  );
  expect(wordsOf([1, 2], [2, 1])).toMatch(
    /^authority 2 issues from now on.*etcd do not restart.*Next: certificates\.authority: 2\. Taken/,
  );
  expect(wordsOf([2, 1], [2])).toMatch(/^authority 1 is forgotten everywhere, and this cannot be taken back: /);
  expect(wordsOf([1, 2], [1])).not.toContain("cannot be taken back");
});

const answered = "asked cluster-info\nasked secrets\nasked configmaps\nasked pods\n";
const masterTold = (more = "", asked = answered) =>
  parseTold(`${asked}bundle cluster /etc/kubernetes/pki/ca.crt A,B
bundle cluster cluster-info A,B
bundle etcd /etc/etcd/pki/etcd/ca.crt E,F
leaf 1 /etc/kubernetes/pki/apiserver.crt
leaf 1 /etc/etcd/pki/etcd/server.crt
server kube-apiserver 1+2
key k1
token k1 default/nginx
${more}end
`);
const workerTold = (more = "", order = "A,B") =>
  parseTold(
    `bundle cluster /etc/kubernetes/pki/ca.crt ${order}\nleaf 1 /var/lib/kubelet/pki/kubelet-client-current.pem\n${more}end\n`,
  );
const report = (
  before: readonly number[],
  after: readonly number[],
  ...told: readonly ReturnType<typeof parseTold>[]
) => reportOf({ before, after, told: new Map(told.map((one, at) => [`m${at + 1}`, one])) });

test("a machine that is cut off tells nothing", () => {
  expect(parseTold("bundle cluster x A\n")).toBeUndefined();
  expect(report([1, 2], [2, 1], undefined).problems).toEqual([
    "m1 did not answer: it must answer before anything begins",
  ]);
});

test("the next stage is let in when all machines are through with the one before", () => {
  expect(report([1, 2], [2, 1], masterTold(), workerTold())).toEqual({ problems: [], passing: [], warnings: [] });
});

test.each([
  [
    "a kubelet that has not read it",
    workerTold("late the kubelet\n"),
    "the kubelet of m2 has not read its authorities yet",
  ],
  [
    "a machine that trusts one alone",
    workerTold("", "A"),
    "/etc/kubernetes/pki/ca.crt of m2 has 1 authorities, and is to have 2",
  ],
  [
    "another order",
    workerTold("", "B,A"),
    "/etc/kubernetes/pki/ca.crt of m2 has other authorities than /etc/kubernetes/pki/ca.crt of m1",
  ],
  ["another issuer", workerTold("leaf 2 /x.pem\n"), "/x.pem of m2 is not of the authority 1"],
])("%s is found", (_, told, problem) => {
  expect(report([1, 2], [2, 1], masterTold(), told).problems).toContain(problem);
  expect(report([2, 1], [1, 2], masterTold(), told).problems).toEqual([]);
});

test("a server that was started on other authorities is found", () => {
  expect(report([1], [1, 2], masterTold()).problems).toContain(
    "kube-apiserver of m1 was started on the authorities 1+2, and not on 1",
  );
});

describe("an API that does not answer a master", () => {
  const unasked = (before: readonly number[], after: readonly number[], asked: string, ...others: readonly string[]) =>
    report(before, after, masterTold("", asked), ...others.map((one) => masterTold("", one))).passing;
  test("lets no authority be forgotten: there may be tokens in Secrets", () => {
    expect(unasked([1, 2], [1], "asked cluster-info\n")).toEqual([
      "the API did not answer m1 about tokens that are kept in Secrets. See make doctor, and run up again",
    ]);
    expect(unasked([1, 2], [1], "", "")).toEqual([
      expect.stringMatching(/^the API did not answer m1 and m2 about whom machines .* and tokens that are kept/),
    ]);
  });
  test("lets none issue, nor be trusted, where nobody knows whom new machines and pods trust", () => {
    expect(unasked([1, 2], [2, 1], "asked cluster-info\n")).toEqual([
      expect.stringContaining("about when namespaces were told whom to trust and when pods began."),
    ]);
    expect(unasked([1], [1, 2], "")).toEqual([expect.stringContaining("(cluster-info)")]);
  });
  test("holds nothing up where another has its answer, or where a stage is taken back", () => {
    expect(unasked([1, 2], [1], "", answered)).toEqual([]);
    expect(unasked([2, 1], [1, 2], "")).toEqual([]);
  });
});

test("nothing is forgotten that is in use", () => {
  const told = report([1, 2], [1], masterTold("secret k0 ci/robot\n"), workerTold("token k0 shop/cart\n"));
  expect(told.problems).toEqual([expect.stringContaining("would be refused: ci/robot")]);
  expect(told.passing).toEqual(["tokens of shop/cart on m2 are signed with the key before"]);
});

test("pods that began too early are named before another authority issues", () => {
  expect(report([1, 2], [2, 1], masterTold("old 3 shop\n"), workerTold()).warnings).toEqual([
    expect.stringContaining("those of the namespaces shop (3)"),
  ]);
});

test("of several authorities masters get the keys of the first and the certificates of all", () => {
  const printed = (number: number) =>
    `ca.crt ${base64(`crt ${number}\n`)}\nca.key ${base64(`key ${number}`)}\nsa.pub ${base64(`pub ${number}\n`)}\nadmin.conf ${number}\nca-hash ${number}\n`;
  const text = parts(together([printed(2), printed(1)], printed(1)));
  const plain = (name: string) => Buffer.from(text.get(name) ?? "", "base64").toString();
  expect(plain("ca.crt")).toBe("crt 2\ncrt 1\n");
  expect(plain("sa.pub")).toBe("pub 2\npub 1\n");
  expect(plain("ca.key")).toBe("key 2");
  expect(plain("issuer.crt")).toBe("crt 2\n");
  expect(text.get("admin.conf")).toBe("1");
  expect(parts(together([printed(2)], printed(1))).has("issuer.crt")).toBe(false);
  expect(joined(["eA=="])).toBe("eA==");
});

const shape = (authorities?: readonly number[], release = "1.36.1", machines = [...masters("abc"), worker]) => ({
  ...topology(machines, { "kubernetes.version": release }),
  ...(authorities ? { authorities } : {}),
});

test.each([
  ["alone", shape(), shape([1, 2]), undefined],
  [
    "with a release",
    shape(),
    shape([1, 2], "1.36.3"),
    /^certificates\.authority would change, and kubernetes\.version would change, in the same change/,
  ],
  [
    "with a minor release of etcd",
    { ...shape(), etcd: "3.5.33" },
    { ...shape([1, 2]), etcd: "3.6.14" },
    /^certificates\.authority would change, and etcd would go to another minor release, in the same/,
  ],
  ["with a master that comes", shape(), shape([1, 2], "1.36.1", masters("abcd")), /d would join/],
  ["with a worker that comes", shape(undefined, "1.36.1", masters("abc")), shape([1, 2]), undefined],
  [
    "a release in between",
    shape([1, 2]),
    shape([1, 2], "1.36.3"),
    /^kubernetes\.version would change, while one authority takes the place/,
  ],
  [
    "a restore in between",
    shape([2, 1]),
    { ...shape([2, 1]), restore: 1 },
    /^etcd would be set back to a backup, while/,
  ],
  ["a master that comes in between", shape([2, 1]), shape([2, 1], "1.36.1", masters("abcd")), undefined],
  ["a release afterwards", shape([2]), shape([2], "1.36.3"), undefined],
])("a change of authorities %s", (_, before, after, refusal) => {
  const found = authorityRefusals(before, after, noReleases);
  if (refusal === undefined) expect(found).toEqual([]);
  else expect(found).toEqual([expect.stringMatching(refusal)]);
});

test("authorities do not change while an upgrade is under way", () => {
  const running = { apiServers: { a: "1.36.0" }, kubelets: {}, members: {} };
  expect(authorityRefusals(shape(), shape([1, 2]), running)).toHaveLength(1);
});
