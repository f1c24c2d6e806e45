import { X509Certificate } from "node:crypto";

import * as pulumi from "@pulumi/pulumi";

import { secondsOf, type CertificateSettings } from "./settings";

/** Thirty days: time for an administrator to run the program, where the timer cannot help. */
const lastCall = 30 * 86_400;

/** How long certificates hold, in seconds. */
export interface Lengths {
  readonly validity: number;
  readonly renewBefore: number;
  /** So long before the end of a certificate that is still there, something is wrong, and the timer renews it. */
  readonly lastCall: number;
}

export function lengthsOf({ certificates }: CertificateSettings): Lengths {
  const validity = secondsOf(certificates.validity) ?? 0;
  const renewBefore = secondsOf(certificates.renewBefore) ?? 0;
  return { validity, renewBefore, lastCall: Math.min(lastCall, Math.floor(renewBefore / 3)) };
}

/**
 * What ends sooner is issued anew; seconds since 1970. It follows from the date of an authority and the clock alone: time since
 * then is cut into epochs, each as long as a certificate holds before it is to be renewed, and whatever was issued in this one, or is
 * to be, ends later than this.
 */
export function goodUntil(authorityBegan: number, now: number, { validity, renewBefore }: Lengths): number {
  const length = validity - renewBefore;
  const epoch = Math.max(0, Math.floor((now - authorityBegan) / length));
  return authorityBegan + epoch * length + validity;
}

/** Since when an authority is one, of its certificate in PEM; seconds since 1970. Undefined where it is no certificate. */
export function beganAt(pem: string): number | undefined {
  try {
    return Math.floor(Date.parse(new X509Certificate(pem).validFrom) / 1000);
  } catch {
    return undefined;
  }
}

/**
 * What a cluster's certificates have to be good until, of its authority's certificate, base64 of PEM; "0" where there is none to
 * read: a run with `--target` may leave the authority out, and no preview fails for a date.
 */
export function goodUntilOf(
  authority: pulumi.Output<string>,
  environment: CertificateSettings,
  now: number,
): pulumi.Output<string> {
  const lengths = lengthsOf(environment);
  const since = authority.apply((base64) => beganAt(Buffer.from(base64, "base64").toString()));
  // A date is no secret, though it comes from among them.
  return pulumi.unsecret(since.apply((began) => String(began === undefined ? 0 : goodUntil(began, now, lengths))));
}

/** The clock by which machines' certificates end: the machines' own, the middle one; this computer's where none told it. */
export function clockOf(told: readonly number[], own = Math.floor(Date.now() / 1000)): number {
  const sorted = told.filter((clock) => Number.isFinite(clock) && clock > 0).sort((one, other) => one - other);
  return sorted[Math.floor((sorted.length - 1) / 2)] ?? own;
}
