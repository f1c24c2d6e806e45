import { anonymousPaths } from "../../components/master/securitySchema";
import { kubernetes, local, problems, type Raw } from "./config.fixture";

/* Flags and fields of the control plane, of kubelets and of etcd with which these would work, and the cluster would not. */

const kubelet = (configuration: Raw) => kubernetes({ kubelet: { configuration } });
const etcd = (extraArgs: Raw) => local({ etcd: { extraArgs } });
const args = (component: string, extraArgs: Raw) => kubernetes({ [component]: { extraArgs } });

describe("what the cluster would not work with is refused", () => {
  test.each<[string, Raw, string]>([
    [
      "a server that knows its visitors only",
      args("apiServer", { "anonymous-auth": false }),
      'kubernetes.apiServer.extraArgs.anonymous-auth: "false": kubelets ask the server for its health anonymously, and would restart it for ever: leave it out',
    ],
    [
      "a server for itself",
      args("apiServer", { "bind-address": "127.0.0.1" }),
      'kubernetes.apiServer.extraArgs.bind-address: "127.0.0.1": no other machine would reach the server: leave it out',
    ],
    [
      "controllers by which nobody joins",
      args("controllerManager", { controllers: "*" }),
      'kubernetes.controllerManager.extraArgs.controllers: "*": no machine could join: add it, as in "*,bootstrapsigner,tokencleaner"',
    ],
    [
      "a question",
      args("scheduler", { help: true }),
      'kubernetes.scheduler.extraArgs.help: "true": it would print that and end: leave it out',
    ],
    [
      "a cluster for each member",
      etcd({ "force-new-cluster": true }),
      'etcd.extraArgs.force-new-cluster: "true": each restart would turn each member into a cluster of its own: leave it out',
    ],
    [
      "etcd's data in memory alone",
      etcd({ "unsafe-no-fsync": true }),
      'etcd.extraArgs.unsafe-no-fsync: "true": a machine that loses its power would lose the cluster\'s data: leave it out',
    ],
    [
      "etcd without its care",
      etcd({ "strict-reconfig-check": false }),
      'etcd.extraArgs.strict-reconfig-check: "false": with it etcd refuses what would lose its quorum: leave it out',
    ],
    [
      "etcd in a hurry",
      etcd({ "election-timeout": "10" }),
      'etcd.extraArgs.election-timeout: "10": etcd starts only where election-timeout is five times heartbeat-interval at least, and 50000 at most',
    ],
    [
      "etcd that looks for others",
      etcd({ discovery: "https://discovery.example.com/x" }),
      'etcd.extraArgs.discovery: "https://discovery.example.com/x": etcd refuses it beside its members, which follow from the machines with the role "etcd": leave it out',
    ],
    [
      "etcd for all",
      etcd({ "listen-client-http-urls": "https://0.0.0.0:2382" }),
      'etcd.extraArgs.listen-client-http-urls: "https://0.0.0.0:2382": etcd would report its health there alone, and no member would count as healthy: leave it out, or use listen-metrics-urls for metrics',
    ],
    [
      "etcd for clients of one host",
      etcd({ "client-cert-allowed-hostname": "master-1" }),
      'etcd.extraArgs.client-cert-allowed-hostname: "master-1": API servers and health checks would not be let in, whose certificates name no host: leave it out',
    ],
    [
      "etcd for members of one name",
      etcd({ "peer-cert-allowed-cn": "m1" }),
      'etcd.extraArgs.peer-cert-allowed-cn: "m1": members would not let in those that come later, whose certificates have other names: leave it out',
    ],
    [
      "controllers by which no kubelet gets a certificate",
      args("controllerManager", { controllers: "*,bootstrapsigner,-csrsigning" }),
      'kubernetes.controllerManager.extraArgs.controllers: "*,bootstrapsigner,-csrsigning": no node would get a certificate: let csrsigning run, as in "*,bootstrapsigner,tokencleaner"',
    ],
    [
      "a signer of its own",
      args("controllerManager", { "cluster-signing-kubelet-serving-key-file": "/etc/kubernetes/pki/x.key" }),
      "kubernetes.controllerManager.extraArgs.cluster-signing-kubelet-serving-key-file: keelson sets it itself: the controller manager does not start with it beside cluster-signing-cert-file, which kubeadm sets: leave it out",
    ],
    [
      "health where nobody asks",
      args("scheduler", { "secure-port": 10300 }),
      "kubernetes.scheduler.extraArgs.secure-port: keelson sets it itself: the kubelet asks for its health at the usual port: leave it out",
    ],
    [
      "a kubelet that asks for no certificate",
      kubelet({ featureGates: { RotateKubeletServerCertificate: false } }),
      "kubernetes.kubelet.configuration.featureGates: RotateKubeletServerCertificate: false: the kubelet would ask for no certificate to serve with, and the API would not reach it: leave it out, or set serverTLSBootstrap to false",
    ],
    [
      "health for those alone who have a name",
      kubernetes({
        security: { anonymousPaths: ["/livez", "/api/v1/namespaces/kube-public/configmaps/cluster-info"] },
      }),
      'kubernetes.security.anonymousPaths: lacks "/readyz", which kubelets and proxies ask without a name: add it',
    ],
    [
      "paths for those without a name, beside a flag with which no server is told of them",
      kubernetes({
        apiServer: { extraArgs: { "oidc-issuer-url": "https://id.example.com" } },
        security: { anonymousPaths: [...anonymousPaths] },
      }),
      "kubernetes.security.anonymousPaths: has no effect beside kubernetes.apiServer.extraArgs.oidc-issuer-url, with which the server is given no list of paths: leave it out, or say both in an AuthenticationConfiguration of your own in apiServer.files, with jwt and anonymous.conditions, which the flag authentication-config names in place of others",
    ],
  ])("%s", (_, raw, line) => expect(problems(raw)).toEqual([line]));
});

describe("what works is taken", () => {
  test.each<[string, Raw]>([
    ["harmless values", etcd({ "force-new-cluster": false, "strict-reconfig-check": true, "election-timeout": 5000 })],
    [
      "controllers, with the one by which machines join",
      args("controllerManager", { controllers: "*,bootstrapsigner" }),
    ],
    [
      "a kubelet that serves with a certificate of nobody",
      kubelet({ serverTLSBootstrap: false, featureGates: { RotateKubeletServerCertificate: false } }),
    ],
    ["the controllers of kubeadm's", args("controllerManager", { controllers: "*,bootstrapsigner,tokencleaner,-ttl" })],
  ])("%s", (_, raw) => expect(problems(raw)).toEqual([]));
});

test("flags that say who is who are taken where nothing is said of paths", () => {
  const extraArgs = { "oidc-issuer-url": "https://id.example.com" };
  expect(problems(kubernetes({ apiServer: { extraArgs } }))).toEqual([]);
});
