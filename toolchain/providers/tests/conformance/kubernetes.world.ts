import { type ChildProcess, execFileSync, spawn } from "node:child_process";
import { generateKeyPairSync } from "node:crypto";
import { once } from "node:events";
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { createServer, type AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";

import { ApiServer } from "../../kubernetes/apiServer";
import { readKubeconfig } from "../../kubernetes/kubeconfig";
import { kubeconfigFor } from "../../../../tests/support/kubernetesApi";
import type { Bag } from "../support/plugin";

/** A cluster of an API server and its etcd alone: objects are kept, and nobody acts on them. */

export interface KubernetesWorld {
  readonly kubeconfig: string;
  /** Changes objects behind the plugin's back. */
  call(method: "POST" | "PATCH" | "DELETE", path: string, body?: Bag): Promise<void>;
  readonly close?: () => Promise<void>;
}

/** The API server takes a token to its first space. */
const token = "let-me-in";

/** Where there is no cluster nothing happens: recorded answers stand in for what would have come of it. */
export const absentCluster: KubernetesWorld = {
  kubeconfig: kubeconfigFor("https://127.0.0.1:1"),
  call: () => Promise.resolve(),
};

export async function openCluster(): Promise<KubernetesWorld> {
  const directory = mkdtempSync(join(tmpdir(), "keelson-cluster-"));
  const [clients, peers, secure] = [await freePort(), await freePort(), await freePort()];
  const etcd = start(join(programs(newest("etcd")), "server"), etcdFlags(directory, clients, peers));
  const server = start(join(programs(newest("kubernetes")), "kube-apiserver"), serverFlags(directory, clients, secure));
  const close = async (): Promise<void> => {
    for (const program of [server, etcd]) {
      const ended = program.exitCode === null ? once(program, "exit") : undefined;
      // An API server takes a minute to say goodbye, and there is nothing here to be kept.
      program.kill("SIGKILL");
      await ended;
    }
    rmSync(directory, { recursive: true });
  };
  try {
    const kubeconfig = await kubeconfigOf(directory, secure);
    const api = new ApiServer(readKubeconfig(kubeconfig), 30);
    const call: KubernetesWorld["call"] = async (method, path, body) => {
      const contentType = method === "PATCH" ? "application/merge-patch+json" : undefined;
      await api.call({ method, path, body, contentType });
    };
    await untilReady(api, server);
    return { kubeconfig, call, close };
  } catch (error) {
    await close();
    throw error;
  }
}

async function untilReady(api: ApiServer, server: ChildProcess): Promise<void> {
  for (const deadline = Date.now() + 120_000; ;) {
    try {
      // Last of what a new API server makes by itself.
      await api.call({ method: "GET", path: "/api/v1/namespaces/default" });
      return;
    } catch (error) {
      if (server.exitCode !== null) throw new Error(`kube-apiserver ended with ${server.exitCode}`, { cause: error });
      if (Date.now() > deadline) throw error;
    }
    await sleep(500);
  }
}

const toolchain = join(__dirname, "..", "..", "..");

/** The module of the newest release that is pinned. */
function newest(module: string): string {
  const releases = readdirSync(join(toolchain, "modules", module));
  const last = releases.sort((one, other) => one.localeCompare(other, "en", { numeric: true })).at(-1);
  return `${module}/${last}`;
}

/** Where the programs of a module are, built where they are missing. */
function programs(module: string): string {
  return execFileSync(join(toolchain, "module"), [module], {
    encoding: "utf8",
    stdio: ["ignore", "pipe", "inherit"],
  }).trim();
}

function start(program: string, flags: Readonly<Record<string, string>>): ChildProcess {
  const args = Object.entries(flags).map(([flag, value]) => `--${flag}=${value}`);
  return spawn(program, args, { stdio: process.env["KEELSON_CLUSTER_LOG"] === undefined ? "ignore" : "inherit" });
}

function etcdFlags(directory: string, clients: number, peers: number): Readonly<Record<string, string>> {
  const [client, peer] = [clients, peers].map((port) => `http://127.0.0.1:${port}`);
  return {
    "data-dir": join(directory, "etcd"),
    "listen-client-urls": client ?? "",
    "advertise-client-urls": client ?? "",
    "listen-peer-urls": peer ?? "",
    "initial-advertise-peer-urls": peer ?? "",
    "initial-cluster": `default=${peer}`,
    // Nothing here outlives the run.
    "unsafe-no-fsync": "true",
  };
}

function serverFlags(directory: string, clients: number, secure: number): Readonly<Record<string, string>> {
  const { privateKey } = generateKeyPairSync("rsa", { modulusLength: 2048 });
  const [key, tokens] = [join(directory, "accounts.key"), join(directory, "tokens")];
  writeFileSync(key, privateKey.export({ format: "pem", type: "pkcs8" }), { mode: 0o600 });
  writeFileSync(tokens, `${token},admin,admin,system:masters\n`, { mode: 0o600 });
  mkdirSync(join(directory, "certificates"));
  return {
    "etcd-servers": `http://127.0.0.1:${clients}`,
    "bind-address": "127.0.0.1",
    "secure-port": String(secure),
    "cert-dir": join(directory, "certificates"),
    "token-auth-file": tokens,
    "authorization-mode": "RBAC",
    "service-account-issuer": "https://kubernetes.default.svc",
    "service-account-key-file": key,
    "service-account-signing-key-file": key,
    "service-cluster-ip-range": "10.96.0.0/24",
    // Pods have no accounts where nobody makes any.
    "disable-admission-plugins": "ServiceAccount",
  };
}

/** Waits for the certificate that the server makes for itself. */
async function kubeconfigOf(directory: string, port: number): Promise<string> {
  const path = join(directory, "certificates", "apiserver.crt");
  for (const deadline = Date.now() + 120_000; ;) {
    try {
      const authority = readFileSync(path).toString("base64");
      const config = kubeconfigFor(`https://127.0.0.1:${port}`).replace("let me in", token);
      return config.replace(/("server":"[^"]*")/, `$1,"certificate-authority-data":"${authority}"`);
    } catch (error) {
      if (Date.now() > deadline) throw error;
    }
    await sleep(500);
  }
}

async function freePort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const { port } = server.address() as AddressInfo;
  await new Promise((resolve) => server.close(resolve));
  return port;
}
