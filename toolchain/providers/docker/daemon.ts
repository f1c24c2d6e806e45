import type Docker from "dockerode";

/** The Docker daemon of this computer. */

/** The part of its client that the resources use. */
export type Daemon = Docker;

const defaultSocket = "/var/run/docker.sock";
let configuredHost: string | undefined;
let client: Daemon | undefined;

/** Uses the daemon at this address instead of the one that the environment names. */
export function useDaemon(host: string | undefined): void {
  configuredHost = host;
  client = undefined;
}

/** The client, made at first use: a preview needs none. */
export function daemon(): Daemon {
  if (client === undefined) {
    // eslint-disable-next-line @typescript-eslint/no-require-imports -- loaded at first use, as the client is made
    const Dockerode = require("dockerode") as typeof import("dockerode");
    client = new Dockerode({ socketPath: socketOf(configuredHost ?? process.env["DOCKER_HOST"]) });
  }
  return client;
}

/** The path of a daemon's socket; throws for a daemon that is reached over a network. */
export function socketOf(host: string | undefined): string {
  if (host === undefined || host === "") return defaultSocket;
  if (!host.startsWith("unix://")) {
    throw new Error(
      `${host}: the stand-in plugin for @pulumi/docker only reaches the daemon of this computer, by a unix:// socket. ` +
        "Unset DOCKER_HOST, or install the official plugin.",
    );
  }
  return host.slice("unix://".length);
}

/** The daemon's answer to a failed request, as 404 for what is not there. */
export function statusOf(error: unknown): number | undefined {
  const status = error instanceof Error && "statusCode" in error ? error.statusCode : undefined;
  return typeof status === "number" ? status : undefined;
}

/** What the request gives, or undefined when its object is not there. */
export async function unlessGone<Answer>(request: Promise<Answer>): Promise<Answer | undefined> {
  try {
    return await request;
  } catch (error) {
    if (statusOf(error) === 404) return undefined;
    throw error;
  }
}

/** What the daemon refused, in the words of the official plugin. */
export function refused(what: string, error: unknown): Error {
  const answer =
    error instanceof Error && "json" in error ? (error.json as { readonly message?: string } | null) : null;
  const said = answer?.message ?? (error instanceof Error ? error.message : String(error));
  return new Error(`1 error occurred:\n\t* ${what}: Error response from daemon: ${said}\n\n`, { cause: error });
}
