import { readdirSync, readFileSync, symlinkSync } from "node:fs";
import { join } from "node:path";

import { composeLook, type ScriptValue } from "../../components/script/compose";
import { parseTold, type Told } from "../../components/upgrade/told";
import { Host } from "./host";
import { builtPrograms, guardText, release } from "./upgradeGuard";

const programs = builtPrograms;

let host: Host;
beforeEach(() => {
  host = new Host();
  // Wherever they were built, a script of the test knows directories of its own alone.
  symlinkSync(programs ?? host.root, host.path("programs"));
  host.stub(
    "docker",
    `[ "$1" = image ] || { while [ "$1" != --entrypoint ]; do shift; done; shift; name=$1; shift 2; exec '${programs ?? ""}'/"$name" "$@"; }`,
  );
  host.stub("kubectl", `case "$*" in annotate*) exec '${programs ?? ""}/kubectl' "$@" ;; esac; exit 1`);
});
afterEach(() => host.remove());

/** kubeadm's configuration of a golden master, with more flags and gates. */
function kubeadmConfig(more: Readonly<Record<string, Readonly<Record<string, string>>>> = {}): string {
  const golden = readFileSync(join(__dirname, "../golden/ha/master-1/master-1-master.sh"), "utf8");
  const [, text = ""] = /^readonly KUBEADM_CONFIG='([^']*)'$/m.exec(golden) ?? [];
  return Object.entries(more).reduce((text, [component, flags]) => {
    const lines = Object.entries(flags).map(([name, value]) => `    - name: ${name}\n      value: "${value}"\n`);
    return text.replace(new RegExp(`(\n${component}:\n(?:.*\n)*?  extraArgs:)(?: \\[\\])?\n`), `$1\n${lines.join("")}`);
  }, text);
}

function look(values: Readonly<Record<string, ScriptValue>> = {}): Told {
  const { stdout, stderr } = host.bash(
    composeLook(guardText, {
      ...{ RELEASE: release, RUNTIME: "docker", REPOSITORY: "registry.k8s.io", ENDPOINT: "192.0.2.11:6443" },
      ...{
        KUBEADMS: [host.path("programs/kubeadm")],
        KUBELETS: [host.path("programs/kubelet")],
        CLIENT_URL: "https://192.0.2.11:2379",
      },
      ...{ KUBEADM_CONFIG: kubeadmConfig(), KUBELET_CONFIG_FILE: host.path("etc/kubernetes/kubelet-config.yaml") },
      ...{ KUBELET_CONFIG: kubeletConfig(), KUBELET_UNIT: kubeletUnit() },
      ...values,
    }),
  );
  expect(stderr).toBe("");
  const told = parseTold(stdout);
  if (!told) throw new Error(`this tells nothing: ${stdout}`);
  return told;
}

/** The stack's part of a kubelet's configuration. */
const kubeletConfig = (more = "") =>
  ["apiVersion: kubelet.config.k8s.io/v1beta1", "kind: KubeletConfiguration", `${more}\n`].join("\n");

const kubeletUnit = (flags = "") =>
  `[Service]\nExecStart=/usr/local/bin/kubelet --kubeconfig=${host.path("k")} --config=${host.path("etc/kubernetes/kubelet-config.yaml")} --node-ip=127.0.0.1${flags}\n`;

/** What the kubelet runs on meanwhile. */
const equipKubelet = (more = "") =>
  host.write(
    "etc/kubernetes/kubelet-config.yaml",
    `${kubeletConfig(`containerRuntimeEndpoint: unix:///run/none.sock\n${more}`)}\ncgroupDriver: cgroupfs\nfailCgroupV1: false\nresolvConf: /x\n`,
  );

if (programs === undefined) test.skip("the programs of Kubernetes are not built (make env)", () => undefined);
else {
  describe("the programs of another release judge", () => {
    beforeEach(() => host.write("etc/kubernetes/manifests/kube-apiserver.yaml", ""));

    test("the settings of the servers, and take what kubeadm makes of ours", () => {
      expect(
        look({ KUBEADM_CONFIG: kubeadmConfig({ apiServer: { "feature-gates": "ContextualLogging=true" } }) }),
      ).toMatchObject({
        ...{ refused: [], ignored: [] },
        unknown: [
          {
            program: "kube-apiserver",
            words: expect.stringContaining("the API server at 192.0.2.11:6443 does not tell") as string,
          },
        ],
      });
      const ran = host.called().filter((line) => line.startsWith("docker run"));
      expect(ran).toHaveLength(3);
      for (const line of ran) expect(line).toContain("docker run --rm --pull never --network none --entrypoint kube-");
      expect(ran[0]).toMatch(
        /registry\.k8s\.io\/kube-apiserver:v[\d.]+ --advertise-address=192\.0\.2\.11 .* --version$/,
      );
      expect(ran[0]).toContain(" --feature-gates=ContextualLogging=true ");
      expect(readdirSync(host.path("etc/kubernetes/manifests"))).toEqual(["kube-apiserver.yaml"]);
    });

    test("and name all that they do not take, of each", () => {
      const config = kubeadmConfig({
        apiServer: { "feature-gates": "Gone=true,ContextualLogging=true,Other=false", "no-such-flag": "x" },
        scheduler: { "also-none": "1" },
        controllerManager: { "feature-gates": "StructuredAuthenticationConfiguration=false" },
      });
      // A program names any of several gates first.
      const refused = [...look({ KUBEADM_CONFIG: config }).refused].sort((one, other) =>
        one.words < other.words ? -1 : 1,
      );
      expect(refused.sort((one, other) => (one.program < other.program ? -1 : 1))).toEqual([
        { program: "kube-apiserver", words: "unknown flag: --no-such-flag" },
        { program: "kube-apiserver", words: "unrecognized feature gate: Gone" },
        { program: "kube-apiserver", words: "unrecognized feature gate: Other" },
        {
          program: "kube-controller-manager",
          words: "cannot set feature gate StructuredAuthenticationConfiguration to false, feature is locked to true",
        },
        { program: "kube-scheduler", words: "unknown flag: --also-none" },
      ]);
    });

    test("kubeadm's own configuration", () => {
      const { refused } = look({ KUBEADM_CONFIG: "apiVersion: kubeadm.k8s.io/v1beta2\nkind: ClusterConfiguration\n" });
      expect(refused).toEqual([{ program: "kubeadm", words: expect.stringContaining("v1beta2") as string }]);
    });

    test("nothing where their images are not there yet", () => {
      host.stub("docker", "exit 1");
      expect(
        look()
          .unknown.slice(0, 3)
          .map(({ words }) => words),
      ).toEqual(
        ["kube-apiserver", "kube-controller-manager", "kube-scheduler"].map(
          (name) => `its image registry.k8s.io/${name}:v${release} is not there`,
        ),
      );
    });
  });

  describe("the kubelet of another release judges the file and flags that it is to have", () => {
    test("and takes them, without a start, also where those that it runs on yet are not to be", () => {
      equipKubelet("featureGates: { Gone: true }");
      const before = readdirSync(host.root).sort();
      expect(look()).toMatchObject({ refused: [], ignored: [], unknown: [] });
      expect(readdirSync(host.root).sort()).toEqual(before);
    });

    test.each([
      ["a gate that is gone", "featureGates: { Gone: true }", "", "unrecognized feature gate: Gone"],
      ["a value that is not allowed", "maxPods: -5", "", "maxPods (--max-pods) -5 must not be a negative number"],
      ["a flag that is gone", "", " --no-such-flag=1", "unknown flag: --no-such-flag"],
    ])("and refuses %s", (_, more, flags, words) => {
      equipKubelet();
      const to = { KUBELET_CONFIG: kubeletConfig(more), KUBELET_UNIT: kubeletUnit(flags) };
      expect(look(to).refused).toEqual([{ program: "kubelet", words: expect.stringContaining(words) as string }]);
    });

    test("and tells which fields it does not know, and which flags are to go", () => {
      equipKubelet();
      const to = { KUBELET_CONFIG: kubeletConfig("someField: 1"), KUBELET_UNIT: kubeletUnit(" --v=0 --max-pods=50") };
      expect(look(to)).toMatchObject({
        refused: [],
        ignored: [
          { program: "kubelet", words: expect.stringContaining("Flag --max-pods has been deprecated") as string },
          { program: "kubelet", words: 'unknown field "someField"' },
        ],
      });
    });
  });
}

describe("a master tells", () => {
  const metrics = [
    'apiserver_requested_deprecated_apis{group="policy",removed_release="1.37",resource="things",subresource="",version="v1beta1"} 1',
    'apiserver_requested_deprecated_apis{group="",removed_release="",resource="componentstatuses",subresource="status",version="v1"} 1',
    "apiserver_request_total 12",
  ];
  const answers = `
case "$*" in
*"--raw /version"*) printf '{\\n  "major": "1",\\n  "gitVersion": "v1.36.3"\\n}' ;;
*"--raw /metrics"*) printf '%s\\n' '${metrics.join("' '")}' ;;
*"get nodes"*) printf 'm True/v1.36.3\\nw Unknown/v1.35.4\\n' ;;
*daemonset*) echo registry.k8s.io/kube-proxy:v1.36.3 ;;
*deployment*) echo registry.k8s.io/coredns/coredns:v1.14.7 ;;
*poddisruptionbudgets*) printf 'shop\\tcart\\tapp=cart,\\n' ;;
*"--selector app=cart "*) printf 'w\\nv\\nw\\n' ;;
*) exit 1 ;;
esac`;

  test("what the cluster has, and what clients ask for", () => {
    host.write("etc/kubernetes/manifests/kube-apiserver.yaml", "");
    host.stub("docker", "exit 1");
    host.stub("kubectl", answers);
    expect(look({ KUBEADMS: ["/bin/true"] })).toMatchObject({
      apiServer: "1.36.3",
      asked: [
        { group: "policy", version: "v1beta1", resource: "things", subresource: "", removed: "1.37" },
        { group: "", version: "v1", resource: "componentstatuses", subresource: "status", removed: "" },
      ],
      nodes: new Map([
        ["m", { version: "1.36.3", ready: true }],
        ["w", { version: "1.35.4", ready: false }],
      ]),
      proxies: "1.36.3",
      names: "v1.14.7",
      budgets: [{ name: "shop/cart", nodes: ["v", "w"] }],
    });
    const asked = host.called().filter((line) => line.startsWith("kubectl"));
    expect(asked.every((line) => / get /.test(line))).toBe(true);
  });

  test("and its member of etcd, in etcdctl's words", () => {
    host.write("etc/etcd/pki/etcd/healthcheck-client.crt", "");
    host.stub(
      "etcdctl",
      `echo '[{"Endpoint":"x","Status":{"header":{},"version":"3.6.14","dbSize":20480,"storageVersion":"3.6.0","errors":["memberID:1 alarm:NOSPACE "]}}]'`,
    );
    expect(look().member).toEqual({
      version: "3.6.14",
      storage: "3.6.0",
      bytes: 20480,
      alarms: ["memberID:1 alarm:NOSPACE"],
    });
    // What it warns of, as of a question that it asks again, is beside that.
    host.write("stubs/etcdctl", host.read("stubs/etcdctl").replace("\necho", '\necho \'{"level":"warn"}\' >&2\necho'));
    expect(look()).toMatchObject({ unknown: [], member: { version: "3.6.14" } });
    host.stub("etcdctl", "echo unheard of");
    expect(look()).toMatchObject({
      unknown: [{ program: "etcd", words: "what etcdctl says of its member cannot be read: unheard of" }],
    });
    expect(look().member).toBeUndefined();
    host.stub("etcdctl", "echo broken >&2; exit 1");
    expect(look().unknown).toEqual([
      { program: "etcd", words: "its member does not answer at https://192.0.2.11:2379: broken" },
    ]);
  });
});
