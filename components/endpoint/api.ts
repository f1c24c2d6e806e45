/** One request to the cluster's API, with the administrator's kubeconfig. */
import { request } from "node:https";
import type { Socket } from "node:net";
import { setTimeout as sleep } from "node:timers/promises";
import { TLSSocket } from "node:tls";

import { parse } from "yaml";

/** How long an API that does not answer is asked again, milliseconds: its server may restart, its address move. */
const patience = 30_000;

/** What is asked. */
export interface Question {
  /** @default "GET" */
  readonly method?: "GET" | "POST" | "PATCH" | "DELETE";
  /** Path and query, "/api/v1/nodes". */
  readonly path: string;
  /** In which form the answer is wanted. @default "application/json" */
  readonly accept?: string;
  /** An object to make, or what changes of one. @default none */
  readonly body?: object;
  /** In which form that is. @default "application/json" */
  readonly form?: string;
  /** Another way to the same API, "https://192.0.2.11:6443". @default the kubeconfig's */
  readonly at?: string;
}

/** What the server says. */
export interface Answer {
  readonly status: number;
  readonly text: string;
  /** The server's clock. */
  readonly date: Date;
  /** When the certificate ends that it showed. */
  readonly ends?: Date;
}

/** The part of a kubeconfig of kubeadm's that is of use here. */
interface KubeConfig {
  readonly clusters: readonly {
    readonly cluster: { readonly server: string; readonly "certificate-authority-data": string };
  }[];
  readonly users: readonly {
    readonly user: { readonly "client-certificate-data": string; readonly "client-key-data": string };
  }[];
}

/** Asks the server that a kubeconfig names; whatever it answers is an answer. Throws where it does not, within 10 s. */
export function ask(kubeconfig: string, question: Question): Promise<Answer> {
  const { server, ...identity } = accessOf(kubeconfig);
  const { method = "GET", path, accept = "application/json", body, form = "application/json", at = server } = question;
  const url = new URL(path, at);
  const headers = { accept, ...(body ? { "content-type": form } : {}) };
  return new Promise((resolve, reject) => {
    const fail = ({ message }: Error) => reject(new Error(apiSilence(url.origin, message)));
    const call = request(url, { ...identity, method, headers, timeout: 10_000 }, (response) => {
      const { statusCode: status = 0, headers } = response;
      const ends = endOf(response.socket);
      let text = "";
      response.setEncoding("utf8");
      response.on("data", (chunk: string) => (text += chunk));
      response.on("error", fail);
      response.on("end", () => resolve({ status, text, ends, date: new Date(headers.date ?? Date.now()) }));
    });
    call.on("timeout", () => call.destroy(new Error("no answer within 10 s")));
    call.on("error", fail);
    call.end(body && JSON.stringify(body));
  });
}

/** As `ask`, again and again for half a minute. What is refused is answered as well, and not asked again. */
export async function askPatiently(kubeconfig: string, question: Question): Promise<Answer> {
  const deadline = Date.now() + patience;
  for (;;) {
    const isLast = Date.now() > deadline;
    try {
      const answer = await ask(kubeconfig, question);
      if (isLast || (answer.status < 500 && answer.status !== 429)) return answer;
    } catch (error) {
      if (isLast) throw error;
    }
    await sleep(1000);
  }
}

/** What an answer is to be that is no success, and what is said of any other. */
export interface Demand {
  /** What could not be done, "the node worker-1 could not be deleted". */
  readonly failure: string;
  /** Statuses that will do as well. @default none */
  readonly also?: readonly number[];
  /** What is in no error. @default nothing is left out */
  readonly hidden?: string;
}

/** As `askPatiently`; throws the server's words where it refuses. */
export async function demand(
  kubeconfig: string,
  question: Question,
  { failure, also = [], hidden }: Demand,
): Promise<Answer> {
  const answer = await askPatiently(kubeconfig, question);
  if (answer.status < 300 || also.includes(answer.status)) return answer;
  const said = hidden === undefined ? answer.text : answer.text.replaceAll(hidden, "...");
  throw new Error(`${failure}: the API answers ${answer.status}: ${said.slice(0, 300)}`);
}

/** What is said of an API that does not answer. */
export function apiSilence(where: string, why: string): string {
  return `the cluster's API at ${where} does not answer (${why}): does its machine run?`;
}

/** None where a connection that was there already is used again. */
function endOf(socket: Socket): Date | undefined {
  if (!(socket instanceof TLSSocket)) return undefined;
  const { valid_to: end } = socket.getPeerCertificate() as { readonly valid_to?: string };
  return end === undefined ? undefined : new Date(end);
}

function accessOf(kubeconfig: string) {
  const { clusters, users } = parse(kubeconfig) as KubeConfig;
  const [{ cluster } = missing()] = clusters;
  const [{ user } = missing()] = users;
  return {
    server: cluster.server,
    ca: bytes(cluster["certificate-authority-data"]),
    cert: bytes(user["client-certificate-data"]),
    key: bytes(user["client-key-data"]),
  };
}

function bytes(base64: string): Buffer {
  return Buffer.from(base64, "base64");
}

function missing(): never {
  throw new Error("the stack's kubeconfig names no cluster: run make up");
}
