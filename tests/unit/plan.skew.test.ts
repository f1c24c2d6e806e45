import { skewViolations, type Client } from "../../components/plan/skew";

const client = (kind: Client["kind"], version: string, reaches = "a b c", on = "w"): Client => ({
  kind,
  on,
  version,
  reaches: reaches.split(" "),
});
const violations = (servers: Record<string, string>, ...clients: readonly Client[]) =>
  skewViolations({ apiServers: servers, clients });
const half = { a: "1.36.3", b: "1.35.4", c: "1.35.4" };

test("API servers are within one minor release", () => {
  expect(violations(half)).toEqual([]);
  expect(violations({ a: "1.37.2", b: "1.36.3", c: "1.35.4" })).toEqual([
    "the API servers of a (1.37.2) and c (1.35.4) are more than one minor release apart",
  ]);
  expect(violations({})).toEqual([]);
});

test("a kubelet is not newer than the oldest API server that it may reach", () => {
  expect(violations(half, client("kubelet", "1.35.4"))).toEqual([]);
  expect(violations(half, client("kubelet", "1.36.3", "a"))).toEqual([]);
  expect(violations(half, client("kubelet", "1.36.3"))).toEqual([
    "the kubelet of w (1.36.3) is newer than the API server of b (1.35.4)",
  ]);
});

test("a kubelet may be three minor releases older than the newest, and no more", () => {
  expect(violations({ a: "1.36.3" }, client("kubelet", "1.33.1"))).toEqual([]);
  expect(violations(half, client("kubelet", "1.32.9"))).toEqual([
    "the kubelet of w (1.32.9) is more than 3 minor releases older than the API server of a (1.36.3)",
  ]);
});

test("patch releases do not count", () => {
  expect(violations({ a: "1.36.1" }, client("kubelet", "1.36.10"), client("scheduler", "1.36.3", "a", "a"))).toEqual(
    [],
  );
});

test.each(["controller manager", "scheduler"] as const)(
  "a %s is at most one minor release older, and not newer",
  (kind) => {
    expect(violations(half, client(kind, "1.36.3", "a", "a"), client(kind, "1.35.4", "a", "a"))).toEqual([]);
    expect(violations(half, client(kind, "1.36.3", "b", "b"))).toEqual([
      `the ${kind} of b (1.36.3) is newer than the API server of b (1.35.4)`,
    ]);
    expect(violations({ a: "1.36.3" }, client(kind, "1.34.4", "a", "a"))).toEqual([
      `the ${kind} of a (1.34.4) is more than one minor release older than the API server of a (1.36.3)`,
    ]);
  },
);

test("kube-proxy keeps to the API servers, and to the kubelet beside it", () => {
  expect(violations(half, client("kube-proxy", "1.36.3"))).toEqual([
    "the kube-proxy of w (1.36.3) is newer than the API server of b (1.35.4)",
  ]);
  const server = { a: "1.37.2" };
  expect(violations(server, client("kube-proxy", "1.34.4"), client("kubelet", "1.37.2"))).toEqual([]);
  expect(violations(server, client("kube-proxy", "1.37.2"), client("kubelet", "1.33.2"))).toContain(
    "the kube-proxy of w (1.37.2) and its kubelet (1.33.2) are more than 3 minor releases apart",
  );
});

test("an API server that is not there is not compared with", () => {
  expect(violations({ a: "1.36.3" }, client("kubelet", "1.36.3", "a gone"))).toEqual([]);
});
