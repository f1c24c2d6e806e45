import { parseEnvironment } from "../../components/environment";
import { kubernetes, key, problems, type Raw } from "./config.fixture";

const directory = "/etc/kubernetes/keelson";
const policy = { path: `${directory}/audit.yaml`, content: "kind: Policy\n" };
const volume = { name: "audit", hostPath: "/srv/audit", mountPath: "/var/log/audit" };
const apiServer = (more: Raw) => kubernetes({ apiServer: more });
const naming = (file: string, more: Raw = {}) => apiServer({ extraArgs: { "audit-policy-file": file }, ...more });

describe("a component of the control plane", () => {
  test("reads files of the stack, from its own file or from others on this computer", () => {
    const readFile = (path: string) => (path === "/project/policy.yaml" ? "kind: Policy\n" : key());
    const raw = naming(policy.path, { files: [{ path: policy.path, contentFile: "policy.yaml" }] });
    const context = { stack: "dev", directory: "/project", readFile };
    expect(parseEnvironment(raw, context).kubernetes.apiServer.files).toEqual([policy]);
    const plain = naming(policy.path, { files: [policy] });
    expect(parseEnvironment(plain, context).kubernetes.apiServer.files).toEqual([policy]);
  });
  test.each<[string, Raw]>([
    ["what is mounted", naming("/var/log/audit/policy.yaml", { extraVolumes: [volume] })],
    ["what kubeadm mounts", apiServer({ extraArgs: { "oidc-ca-file": "/etc/ssl/certs/x.pem" } })],
    [
      "the cluster's own certificates",
      apiServer({ extraArgs: { "kubelet-certificate-authority": "/etc/kubernetes/pki/ca.crt" } }),
    ],
    ["no file", naming("")],
    [
      "a file that it makes itself",
      apiServer({ extraArgs: { "audit-log-path": "/var/log/audit/a.log" }, extraVolumes: [volume] }),
    ],
    ["no file for its log", apiServer({ extraArgs: { "audit-log-path": "-" } })],
  ])("may name %s", (_, raw) => expect(problems(raw)).toEqual([]));

  const unseen = (component: string, flag: string, file: string, program: string) =>
    `kubernetes.${component}.extraArgs.${flag}: "${file}" is a file that ${program} does not see: give its text in kubernetes.${component}.files, or mount it with kubernetes.${component}.extraVolumes`;
  const [name, path] = ["kubernetes.apiServer.extraVolumes", "kubernetes.apiServer.files"];
  test.each<[string, Raw, string]>([
    [
      "names a file that it does not see",
      naming("/etc/audit.yaml"),
      unseen("apiServer", "audit-policy-file", "/etc/audit.yaml", "kube-apiserver"),
    ],
    [
      "names one beside what is mounted",
      naming("/var/log/audits", { extraVolumes: [volume] }),
      unseen("apiServer", "audit-policy-file", "/var/log/audits", "kube-apiserver"),
    ],
    [
      "names a key beside its certificate",
      apiServer({ extraArgs: { "tls-sni-cert-key": ["/etc/ssl/certs/a,/srv/b:x.example.com"] } }),
      unseen("apiServer", "tls-sni-cert-key", "/srv/b", "kube-apiserver"),
    ],
    [
      "has a configuration that is nowhere",
      kubernetes({ scheduler: { extraArgs: { config: "/etc/kubernetes/pki/s.yaml" } } }),
      unseen("scheduler", "config", "/etc/kubernetes/pki/s.yaml", "kube-scheduler"),
    ],
    [
      "writes its log where it goes with the container",
      apiServer({ extraArgs: { "audit-log-path": "/srv/audit.log" }, extraVolumes: [{ ...volume, readOnly: true }] }),
      'kubernetes.apiServer.extraArgs.audit-log-path: "/srv/audit.log" is in the server\'s container, and goes with it at each restart: mount its directory with kubernetes.apiServer.extraVolumes, so that it can be written, or leave it out',
    ],
    [
      "has a file without a text",
      apiServer({ files: [{ path: policy.path }] }),
      `${path}[0]: has neither content nor contentFile: give one of them`,
    ],
    [
      "has a file with two",
      apiServer({ files: [{ ...policy, contentFile: "x" }] }),
      `${path}[0]: has both content and contentFile: give one of them`,
    ],
    [
      "has a file elsewhere",
      apiServer({ files: [{ ...policy, path: "/etc/kubernetes/pki/ca.crt" }] }),
      `${path}[0].path: "/etc/kubernetes/pki/ca.crt" is no path of a file there: use a path under ${directory}/, as in "${directory}/audit-policy.yaml"`,
    ],
    [
      "has a file twice",
      apiServer({ files: [policy, policy] }),
      `${path}[1].path: "${policy.path}" is there twice: use each once`,
    ],
    [
      "has a file in a file",
      apiServer({ files: [policy, { ...policy, path: `${policy.path}/x` }] }),
      `${path}[0].path: "${policy.path}" is a file, and "${policy.path}/x" would lie in it: use another path`,
    ],
    [
      "has a volume twice",
      apiServer({ extraVolumes: [volume, { ...volume, mountPath: "/x" }] }),
      `${name}[1].name: "audit" is there twice: use each once`,
    ],
    [
      "has a volume of kubeadm's",
      apiServer({ extraVolumes: [{ ...volume, name: "k8s-certs" }] }),
      `${name}[0].name: "k8s-certs" is the name of a volume of kubeadm's own: use another`,
    ],
    [
      "hides its certificates",
      apiServer({ extraVolumes: [{ ...volume, mountPath: "/etc/kubernetes/pki" }] }),
      `${name}[0].mountPath: "/etc/kubernetes/pki" would hide what kubeadm mounts: use another path`,
    ],
  ])("%s", (_, raw, line) => expect(problems(raw)).toEqual([line]));

  test("has a file that cannot be read, or is no text", () => {
    const files = ["gone", "binary"].map((contentFile) => ({ path: `${directory}/${contentFile}`, contentFile }));
    const readFile = (path: string) => {
      if (path.endsWith("gone")) throw Object.assign(new Error(), { code: "ENOENT" });
      return "\0";
    };
    expect(problems(apiServer({ files }), readFile)).toEqual([
      `${path}[0].contentFile: "gone" is not there: name a text file that you can read`,
      `${path}[1].contentFile: "binary" is no text: name a text file that you can read`,
    ]);
  });
});
