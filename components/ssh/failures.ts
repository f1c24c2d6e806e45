import { wordsFor } from "./reachability";

/** A server that somebody logs in on, and as whom. */
interface Place {
  readonly host: string;
  readonly port: number;
  readonly user: string;
}

/** Why a machine gave no answer. */
export interface Silence {
  /** In plain words, which go on after its name. */
  readonly silence: string;
  /** It answers, and lets nobody in. @default false */
  readonly refused?: boolean;
}

/** A server's word that a channel could not be opened. Source: RFC 4254, section 5.1. */
interface ChannelFailure extends Error {
  readonly reason?: unknown;
}

/** The bastion lets nobody in, or forwards no connection: no machine behind it has to do with that. */
export class BastionError extends Error {
  constructor(
    bastion: Place,
    override readonly cause: Error,
  ) {
    super(`the bastion ${bastion.host}:${bastion.port} ${faultOf(cause, bastion)}`, { cause });
  }
}

function faultOf(error: Error, { user }: Place): string {
  const kind = kindOf(error);
  if (kind === "refused") {
    return `refuses the login of ${user}: see ssh.bastion, and the authorized_keys of ${user} there`;
  }
  if (kind === "another") {
    return "shows another host key than ssh.bastion.hostKey: if you rebuilt it, correct that; if not, something else answers in its place";
  }
  if (isProhibited(error)) return `forwards no connections for ${user}: see AllowTcpForwarding in its sshd_config`;
  return `does not answer (${wordsFor(error)})`;
}

/** The server opens no such channel for anybody, as opposed to finding nobody at its other end. */
export const isProhibited = ({ reason }: ChannelFailure): boolean => reason === 1 || reason === 3;

/** Of what kind a failure is: somebody is refused, another machine answers, or none does; undefined for all else. */
export function kindOf({ code = "", message }: NodeJS.ErrnoException): "refused" | "another" | "silent" | undefined {
  if (/authentication methods failed/i.test(message)) return "refused";
  if (/verification failed|no matching host key/i.test(message)) return "another";
  const isSilent =
    /^E[A-Z_]+$/.test(code) || /ETIMEDOUT|(closed|lost) before|timed out|Channel open failure/i.test(message);
  return isSilent ? "silent" : undefined;
}

/** Why a machine, or the bastion before it, gave no answer. */
export function silenceOf(error: Error, { user }: Pick<Place, "user">): Silence {
  if (error instanceof BastionError) {
    const silence = `is not reached: ${error.message}`;
    return kindOf(error.cause) === "refused" ? { silence, refused: true } : { silence };
  }
  const kind = kindOf(error);
  if (kind === "refused") {
    return {
      silence: `refuses the login of ${user}: see ssh.user, and whether the public half of ssh.privateKeyFile is in its authorized_keys`,
      refused: true,
    };
  }
  return { silence: kind === "another" ? anotherKeyWords : `does not answer (${wordsFor(error)})` };
}

export const anotherKeyWords = "shows another host key than the one in its line";

/** Whether the next attempt may succeed: whoever was refused as somebody, or met another machine, is so the next time as well. */
export function isForNow(error: NodeJS.ErrnoException & ChannelFailure): boolean {
  if (error instanceof BastionError) return isForNow(error.cause);
  const { code = "", message, reason } = error;
  return (
    /^(ECONNREFUSED|ECONNRESET|ETIMEDOUT|EHOSTUNREACH|EPIPE)$/.test(code) ||
    /ETIMEDOUT|(closed|lost) before|timed out/i.test(message) ||
    // The bastion found nobody there.
    (reason === 2 && !/name or service not known/i.test(message))
  );
}
