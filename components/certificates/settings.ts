import { z } from "zod";

import { fields as f, show, type Contradiction } from "../settings";

/** Why a program's flag that names certificates is refused. */
export const flagOfCertificates = "keelson makes the certificates: leave it out";

/** Seconds of a unit of time. */
const units: Readonly<Record<string, number>> = { d: 86_400, h: 3600, m: 60 };

/** Seconds of a length of time, 7776000 for "90d"; undefined for what is none. */
export function secondsOf(length: string): number | undefined {
  const [, count, unit = ""] = /^([1-9]\d{0,5})([dhm])$/.exec(length) ?? [];
  return count === undefined ? undefined : Number(count) * (units[unit] ?? 0);
}

/** A length of time in whole days, or hours where it is short; "12 days". */
export function lengthOf(seconds: number): string {
  const left = Math.abs(seconds);
  if (left >= 2 * 86_400) return `${Math.floor(left / 86_400)} days`;
  return left >= 7200 ? `${Math.floor(left / 3600)} hours` : `${Math.floor(left / 60)} minutes`;
}

const length = () =>
  f.text(
    "a length of time",
    (text) => secondsOf(text) !== undefined,
    "is no length of time",
    'use a number of days, hours or minutes, as in "365d" or "12h"',
  );

const isNumber = (value: unknown) => Number.isInteger(value) && Number(value) >= 1 && Number(value) <= 999_999;
const isPair = (value: unknown) =>
  Array.isArray(value) && value.length === 2 && value.every(isNumber) && value[0] !== value[1];

/** One number, or two of them. */
const generations = () =>
  z
    .custom<number | readonly number[]>((value) => isNumber(value) || isPair(value), {
      error: ({ input }) =>
        `${show(input)} is no authority: use a whole number, 1 or more, or two of them while one takes the place of the other, as in [1, 2]`,
    })
    .meta({ values: "a whole number, 1 or more, or a list of two, as in `[1, 2]`" });

/** The authorities themselves end after ten years. */
const longest = 5 * 365 * 86_400;
const shortest = 5 * 60;

export const certificates = z
  .strictObject({
    validity: length()
      .refine((text) => (secondsOf(text) ?? longest) <= longest && (secondsOf(text) ?? longest) >= shortest, {
        error: ({ input }) =>
          `"${String(input)}" is out of range: use "5m" to "1825d", for the authorities end after 3650 days`,
      })
      .default("365d")
      .describe(
        "How long the certificates that `up` issues are valid, and the administrator's kubeconfig. Another length renews them.",
      ),
    renewBefore: length()
      .default("90d")
      .describe(
        "How long before their end `up` renews certificates, all of the cluster in one run. If nobody runs `up` in that time, only the timer renews.",
      ),
    administrator: f
      .integer(1, 999_999)
      .default(1)
      .describe(
        "The number of the administrator's kubeconfig. The next number issues another one, and all before it that were issued by number lose every right at once. A lower one is refused.",
      ),
    authority: generations()
      .default(1)
      .describe(
        "The number of the authorities: the cluster's, the front proxy's, etcd's, and the key of service accounts. From one to the next it takes three runs: `[1, 2]`, `[2, 1]` and `2`. The first of a list issues, all in it are trusted; see docs/certificates.md.",
      ),
    timer: z
      .boolean()
      .default(true)
      .describe(
        "A timer on each master renews certificates there that nobody has renewed, 30 days before their end, one master at a time.",
      ),
  })
  .meta({ example: { validity: "180d", renewBefore: "45d" } });

export type Certificates = z.output<typeof certificates>;

/** What of the stack's settings certificates follow. */
export interface CertificateSettings {
  readonly certificates: Certificates;
}

/** Numbers of the authorities that are trusted; the first issues. */
export function authoritiesOf({ certificates: { authority } }: CertificateSettings): readonly number[] {
  return typeof authority === "number" ? [authority] : authority;
}

/** What contradicts itself in how long certificates hold. */
export function* certificateChecks({ validity, renewBefore }: Certificates): Generator<Contradiction> {
  const [all, last] = [secondsOf(validity), secondsOf(renewBefore)];
  if (all === undefined || last === undefined || last < all) return;
  yield {
    path: ["certificates", "renewBefore"],
    uses: [["certificates", "validity"]],
    message: `"${renewBefore}" is not shorter than certificates.validity, "${validity}", so nothing would ever be new enough: use a quarter of it`,
  };
}
