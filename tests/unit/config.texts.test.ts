import { kubernetes, local, localMachine, problems, remote, remoteMachine, hostKey, type Raw } from "./config.fixture";

const json = (text: string) => JSON.parse(text) as Raw;
const lost = "is a name that is lost on its way: leave it out";
const half = "has a NUL byte or half of a character in it, which reaches no program: leave it out";
const endpointWay = 'use a name or an IPv4 address, a colon and a TCP port, as in "api.example.com:6443"';
const deep = (levels: number): unknown => (levels === 0 ? 1 : { a: deep(levels - 1) });

describe("what no field can be is named, and ends nothing", () => {
  test.each<[string, Raw, string]>([
    [
      "a section like a member of every object",
      local({ constructor: 1 }),
      "constructor: is no known field: the fields here are",
    ],
    ["a field", kubernetes({ toString: 1 }), "kubernetes.toString: is no known field"],
    ["a field of a machine", localMachine({ valueOf: 1 }), "machines[1].valueOf: is no known field"],
    [
      "a field of a taint",
      localMachine({ taints: [{ key: "a", effect: "NoSchedule", hasOwnProperty: 1 }] }),
      "machines[1].taints[0].hasOwnProperty: is no known field",
    ],
    [
      "a field of the kubelet's",
      kubernetes({ kubelet: { configuration: { constructor: 1 } } }),
      "kubernetes.kubelet.configuration.constructor: is no known field: leave it out",
    ],
    ["a label that can be no text", localMachine({ labels: { a: { toString: "x" } } }), "machines[1].labels.a: {"],
    [
      "a prototype",
      { ...local(), ...json('{"docker": {"daemon": {"__proto__": {"a": 1}}}}') },
      `docker.daemon.__proto__: ${lost}`,
    ],
    [
      "a label's prototype",
      localMachine({ labels: json('{"__proto__": "d"}') }),
      `machines[1].labels.__proto__: ${lost}`,
    ],
    [
      "a flag's prototype",
      kubernetes({ scheduler: { extraArgs: json('{"__proto__": "x"}') } }),
      `kubernetes.scheduler.extraArgs.__proto__: ${lost}`,
    ],
    [
      "what is nested without an end",
      local({ docker: { daemon: { runtimes: deep(5000) } } }),
      `docker.daemon.runtimes${".a".repeat(61)}: is nested more than 64 levels deep, which no field is: leave it out`,
    ],
    [
      "half of a character",
      localMachine({ annotations: { a: "\ud83d" } }),
      `machines[1].annotations.a: "\\ud83d" ${half}`,
    ],
    ["a NUL byte", localMachine({ annotations: { a: "\0" } }), `machines[1].annotations.a: "\\u0000" ${half}`],
    [
      "more digits than a number has",
      kubernetes({ scheduler: { extraArgs: json('{"v": 12345678901234567890}') } }),
      "kubernetes.scheduler.extraArgs.v: 12345678901234567000 may be another number than was written, for it has too many digits: put it in quotes",
    ],
    [
      "a control character in a flag",
      kubernetes({ scheduler: { extraArgs: { v: "a\u001bb" } } }),
      'kubernetes.scheduler.extraArgs.v: "a\\u001bb" has a control character in it, which no flag\'s value may have: leave it out',
    ],
    [
      "no value at all",
      kubernetes({ scheduler: { extraArgs: { v: [] } } }),
      "kubernetes.scheduler.extraArgs.v: is an empty list: give a value, or leave the flag out",
    ],
    [
      "a list for etcd",
      local({ etcd: { extraArgs: { v: ["1"] } } }),
      'etcd.extraArgs.v: ["1"] is no value of a flag: use a string, a number, true or false',
    ],
  ])("%s", (_, raw, line) => expect(problems(raw)).toEqual([expect.stringContaining(line)]));

  test("every one of two such names in a list", () => {
    expect(problems(localMachine({ taints: ["\0", "\0"] }))).toHaveLength(2);
  });
});

describe("an endpoint", () => {
  test.each([
    "api.example.com: 6443",
    "api.example.com:0x1F",
    "api.example.com:1e3",
    "api.example.com:+6443",
    "api.example.com:0006443",
    "api.example.com:6443.0",
    "api.example.com:\t6443",
    "api.example.com:6443\n",
    "api.example.com:65536",
    "api.example.com:0",
    "0.0.0.0:6443",
    "224.0.0.1:6443",
    "255.255.255.255:6443",
    "10.0.0.256:6443",
    "10.0.0.011:6443",
    "Api.example.com:6443",
    "[::1]:6443",
  ])("is not %j", (endpoint) =>
    expect(problems(kubernetes({ endpoint }))).toEqual([
      `kubernetes.endpoint: ${JSON.stringify(endpoint)} is no host and port: ${endpointWay}`,
    ]),
  );
  test.each(["api.example.com:6443", "10.0.0.1:1", "127.0.0.1:65535", "a1.b2:80"])("is %s", (endpoint) =>
    expect(problems(kubernetes({ endpoint }))).toEqual([]),
  );
});

describe("a host", () => {
  const at = (host: string) => remoteMachine({ ssh: { hostKey, host } });

  test.each([
    "10.0.0.256",
    "10.0.0.300",
    "10.0.0.011",
    "10.0.0.1.1",
    "1",
    "host.1",
    "host.0x1f",
    "a_b",
    "a b",
    "-a",
    "",
  ])("is not %j", (host) =>
    expect(problems(at(host))).toEqual([
      `machines[1].ssh.host: ${JSON.stringify(host)} is no host: use a DNS name or an IPv4 address, as in "10.0.0.11"`,
    ]),
  );
  test.each(["W.Example.com", "w1", "1a", "3com.example", "10.0.0.1"])("is %s", (host) =>
    expect(problems(at(host))).toEqual([]),
  );
});

describe("a name in the API's certificate", () => {
  const good = (name: string) => problems(kubernetes({ apiServer: { certSANs: [name] } }));

  test.each(["*.example.com", "*.local", "2001:db8::1", "::1", "10.0.0.1", "api"])("is %s", (name) =>
    expect(good(name)).toEqual([]),
  );
  test.each(["*", "a.*.com", "*.*.example.com", "10.0.0.256", "fe80::1%eth0", "::ffff:1.2.3.4", "A.b"])(
    "is not %s",
    (name) => expect(good(name)).toEqual([expect.stringContaining("is no name for a certificate: use a DNS name")]),
  );
});

describe("an image", () => {
  const of = (image: string) => problems(local({ workloads: { nginx: { image } } }));

  test.each([
    ...["nginx", "nginx:1.29", "a/b", "Registry.example.com:5000/a/b_c:V1", "[::1]:5000/a", "localhost/a"],
    ...[`a@sha256:${"0".repeat(64)}`, `a/b:v@sha256:${"0".repeat(64)}`, "a--b", "a__b"],
  ])("is %s", (image) => expect(of(image)).toEqual([]));
  test.each([
    "nginx:",
    "nginx@",
    "a//b",
    "/a",
    "a/",
    "Nginx",
    "a b",
    "a:b:c",
    "a@sha256:1",
    "http://a/b",
    "nginx:-a",
    "",
  ])("is not %j", (image) => expect(of(image)).toEqual([expect.stringContaining("is no image")]));
});

describe("a mirror", () => {
  const at = (baseUrl: string) => problems(remote({ artifacts: { source: "mirror", baseUrl } }));

  test.each([
    "https://m.example.com",
    "http://10.0.0.1:8080/a/b",
    "https://[::1]:1/x",
    "file:///srv/it's$(x)",
    "file:///",
  ])("is at %s", (url) => expect(at(url)).toEqual([]));
  test.each([
    "https://u:p@m.example.com",
    "https://u@m",
    "https://m:99999",
    "https://10.0.0.256",
    "https://m?x",
    "https://",
    "file://m",
  ])("is not at %s", (url) => expect(at(url)).toEqual([expect.stringContaining("is no URL of a mirror")]));
});
