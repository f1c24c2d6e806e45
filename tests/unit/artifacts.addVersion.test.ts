import { copyFileSync, mkdtempSync, readFileSync, rmSync } from "node:fs";
import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";

import { addVersion } from "../../components/artifacts/addVersion";
import { lockFile, readLock } from "../../components/artifacts/lockFile";

const directory = mkdtempSync(join(tmpdir(), "keelson-lock-"));
const file = join(directory, "lock.json");
const known = readLock().kubernetes.releases["1.36.3"];
let server: Server;
let baseUrl: string;
/** What the publisher answers; by default, digests made of the request's path. */
let answer: (path: string) => string | undefined;

function digestOf(path: string): string {
  return Buffer.from(path.split("").reverse().join("")).toString("hex").padEnd(64, "0").slice(0, 64);
}

beforeAll(async () => {
  server = createServer((request, response) => {
    const body = answer(request.url ?? "");
    response.writeHead(body === undefined ? 404 : 200).end(body);
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  baseUrl = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
});
afterAll(() => {
  server.closeAllConnections();
  server.close();
  rmSync(directory, { recursive: true });
});
beforeEach(() => {
  copyFileSync(lockFile, file);
  answer = (path) => `${digestOf(path)}\n`;
});

/** The lock is byte for byte what it was. */
function expectUnchanged(): void {
  expect(readFileSync(file, "utf8")).toBe(readFileSync(lockFile, "utf8"));
}

test("a release is added in its place, and nothing else changes", async () => {
  await expect(addVersion({ version: "1.35.20", baseUrl, file })).resolves.toContain("1.35.20 is in the lock now");
  const { releases } = readLock(file).kubernetes;
  expect(Object.keys(releases).indexOf("1.35.20")).toBe(Object.keys(releases).indexOf("1.36.0") - 1);
  expect(releases["1.35.20"]?.kubelet.arm64).toBe(digestOf("/release/v1.35.20/bin/linux/arm64/kubelet.sha256"));
  const added = readFileSync(file, "utf8").split("\n").length - readFileSync(lockFile, "utf8").split("\n").length;
  expect(added).toBe(14);
});

test("a release that is there with the same digests changes nothing", async () => {
  answer = (path) => {
    const [, arch, program] = /linux\/(amd64|arm64)\/(kube\w+)\.sha256$/.exec(path) ?? [];
    return known?.[program as "kubeadm"][arch as "amd64"];
  };
  await expect(addVersion({ version: "1.36.3", baseUrl, file })).resolves.toContain("in the lock already");
  expectUnchanged();
});

test("a release that is there with another digest is refused", async () => {
  await expect(addVersion({ version: "1.36.3", baseUrl, file })).rejects.toThrow(
    `kubeadm 1.36.3 for amd64 is published with another digest than the lock has; nothing was changed:\n  the lock  ${known?.kubeadm.amd64 ?? ""}\n  published ${digestOf("/release/v1.36.3/bin/linux/amd64/kubeadm.sha256")}`,
  );
  expectUnchanged();
});

test.each([
  ["1.36", () => undefined, '"1.36" is no release of Kubernetes: use its three numbers, as in VERSION=1.36.4'],
  ["1.99.0", () => undefined, "the lock has no images for Kubernetes 1.99"],
  ["1.36.90", () => (answer = () => undefined), "answers 404; nothing was changed: is there such a release?"],
  ["1.36.90", () => (answer = () => "<html>"), "holds no sha256; nothing was changed"],
])("%s is refused", async (version, prepare, message) => {
  prepare();
  await expect(addVersion({ version, baseUrl, file })).rejects.toThrow(message);
  expectUnchanged();
});

test("a publisher out of reach is named, and nothing changes", async () => {
  await expect(addVersion({ version: "1.36.90", baseUrl: "http://127.0.0.1:1", file })).rejects.toThrow(
    /^http:\/\/127\.0\.0\.1:1\/release\/v1\.36\.90\/bin\/linux\/a...4\/kube\w+\.sha256 cannot be reached \(.+\); nothing was changed/,
  );
  expectUnchanged();
});
