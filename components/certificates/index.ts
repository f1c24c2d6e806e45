import { join } from "node:path";

import * as pulumi from "@pulumi/pulumi";

import type { HostScript } from "../script";

export { CertificateLife, ends, type CertificateLifeArgs } from "./life";
export { clockOf, goodUntilOf, lengthsOf } from "./epoch";
export { timerUnits } from "./timer";
export { joined, labelOf, parts, together } from "./authorities";

/** Functions by which a script tells what is to be issued anew, and puts it in place. */
export const leavesScript = join(__dirname, "leaves.sh");

/** Functions of a script that renews what a master has, and of what a timer does there. */
export const renewalScripts = ["renewal.sh", "timer.sh"].map((name) => join(__dirname, name));

/** Functions of a script that has to do with several authorities. */
export const trustScript = join(__dirname, "trust.sh");

/** The script that issues the administrator's kubeconfig. */
export const credentialsScript = join(__dirname, "credentials.sh");

/** The first end of certificates, as a script told it when it saw to them: "2027-11-26T01:30:00Z"; "" where it told none. */
export function endsOf(script: HostScript): pulumi.Output<string> {
  // A date is no secret, though the script has read some.
  return pulumi.unsecret(script.printed("ends")).apply((seconds) => dateOf(Number(seconds)));
}

/** Machines with the first end of what each has, of several parts of the cluster. */
export function firstEnds(...parts: readonly Readonly<Record<string, pulumi.Output<string>>>[]): pulumi.Output<object> {
  return pulumi.all(parts.map((part) => pulumi.all(part))).apply((all) => {
    const known = all.flatMap((part) => Object.entries(part)).filter(([, end]) => end !== "");
    // The last of a name counts: here that is its first end.
    return Object.fromEntries(known.sort(([, one], [, other]) => (one > other ? -1 : 1)));
  });
}

function dateOf(seconds: number): string {
  return seconds > 0 ? new Date(seconds * 1000).toISOString().replace(".000", "") : "";
}
