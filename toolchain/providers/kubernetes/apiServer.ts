import * as http from "node:http";
import * as https from "node:https";
import { setTimeout as sleep } from "node:timers/promises";

import { isObject, listAt, objectAt, type Properties, textAt } from "../properties";
import type { Access } from "./kubeconfig";

/**
 * Requests to one API server, in plain JSON. The object API of @kubernetes/client-node would not do: its models drop
 * every field that is newer than they are, it writes names in lower case, and it takes a second to load.
 */

/** One request. */
export interface Call {
  readonly method: "GET" | "POST" | "PATCH" | "DELETE";
  readonly path: string;
  readonly query?: Readonly<Record<string, string | undefined>>;
  readonly body?: unknown;
  /** Type of the body; plain JSON without it. */
  readonly contentType?: string;
}

/** The API said no. */
export class ApiFailure extends Error {
  constructor(
    readonly status: number,
    /** One word of the API, such as `Conflict`. */
    readonly reason: string,
    message: string,
    /** What exactly was wrong: a field and a sentence each. */
    readonly causes: readonly Properties[] = [],
  ) {
    super(message);
  }
}

/** No answer came from the API at all. */
export class Unreachable extends Error {}

interface Answer {
  readonly status: number;
  readonly retryAfter: number | undefined;
  readonly body: string;
}

/** How often a server that is overloaded is asked again when it says that it may be. Source: client-go, MaxRetries. */
const maxRetries = 10;

/** One API server. */
export class ApiServer {
  private readonly agent: http.Agent;

  constructor(
    private readonly access: Access,
    /** Longest silence of the server, seconds. */
    private readonly timeout: number,
  ) {
    this.agent = this.secure
      ? new https.Agent({ keepAlive: true, ...access.tls })
      : new http.Agent({ keepAlive: true });
  }

  /** The answer's object. Throws ApiFailure for one that is an error, Unreachable when there is none. */
  async call(call: Call): Promise<Properties> {
    for (let retries = 0; ; retries++) {
      const { status, retryAfter, body } = await this.answered(call);
      if (status >= 200 && status < 300) return parsed(body);
      if (retryAfter === undefined || retries === maxRetries) throw failure(status, body);
      await sleep(retryAfter * 1000);
    }
  }

  private async answered(call: Call): Promise<Answer> {
    try {
      return await this.send(call);
    } catch (error) {
      const cause = error instanceof Error ? error : new Error(String(error));
      // A connection that was kept may have been closed meanwhile: nothing was done then.
      if (cause instanceof Stale && call.method !== "POST") return this.answered(call);
      const words = cause.message === "" ? cause.name : cause.message;
      throw new Unreachable(`the cluster at ${this.access.server.origin} cannot be reached: ${words}`, { cause });
    }
  }

  private send({ method, path, query, body, contentType }: Call): Promise<Answer> {
    const url = new URL(this.access.server.pathname.replace(/\/$/, "") + path, this.access.server);
    Object.entries(query ?? {}).forEach(([key, value]) => value !== undefined && url.searchParams.set(key, value));
    const { token } = this.access;
    const content = body === undefined ? undefined : Buffer.from(JSON.stringify(body));
    const headers = {
      accept: "application/json",
      ...(token === undefined ? {} : { authorization: `Bearer ${token}` }),
      // Node gives a DELETE no length by itself, and the server would take its body for the next request.
      ...(content && { "content-type": contentType ?? "application/json", "content-length": content.length }),
    };
    const timeout = this.timeout * 1000;
    const transport = this.secure ? https : http;
    return new Promise((resolve, reject) => {
      const request = transport.request(url, { agent: this.agent, method, headers, timeout }, (response) =>
        collect(response, resolve, reject),
      );
      request.on("timeout", () => request.destroy(new Error(`no answer within ${this.timeout} s`)));
      request.on("error", (error: NodeJS.ErrnoException) =>
        reject(request.reusedSocket && error.code === "ECONNRESET" ? new Stale(error.message) : error),
      );
      request.end(content);
    });
  }

  private get secure(): boolean {
    return this.access.server.protocol === "https:";
  }
}

class Stale extends Error {}

function collect(
  response: http.IncomingMessage,
  resolve: (answer: Answer) => void,
  reject: (error: Error) => void,
): void {
  const chunks: Buffer[] = [];
  const seconds = Number(response.headers["retry-after"]);
  response.on("data", (chunk: Buffer) => chunks.push(chunk));
  response.on("error", reject);
  response.on("end", () =>
    resolve({
      status: response.statusCode ?? 0,
      retryAfter: Number.isFinite(seconds) ? seconds : undefined,
      body: Buffer.concat(chunks).toString(),
    }),
  );
}

function parsed(body: string): Properties {
  const value: unknown = JSON.parse(body);
  return isObject(value) ? value : {};
}

/** In the API's own words, which name the object and the field. */
function failure(status: number, body: string): ApiFailure {
  let answer: Properties;
  try {
    answer = parsed(body);
  } catch {
    answer = {};
  }
  const message = textAt(answer, "message") ?? `the API server answered ${status}: ${body.trim()}`;
  return new ApiFailure(status, textAt(answer, "reason") ?? "", message, listAt(objectAt(answer, "details"), "causes"));
}
