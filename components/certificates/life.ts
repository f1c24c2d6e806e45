import { AsyncResource } from "node:async_hooks";

import * as pulumi from "@pulumi/pulumi";

import { etcdMembersOf, mastersOf, type MachineConfig } from "../machine";
import { onceKnown } from "../ssh";
import { lengthsOf } from "./epoch";
import { authoritiesOf, lengthOf, type CertificateSettings } from "./settings";

export interface CertificateLifeArgs {
  readonly environment: CertificateSettings & { readonly machines: readonly MachineConfig[] };
  /** What certificates have to be good until, seconds since 1970. */
  readonly goodUntil: pulumi.Output<string>;
  /** First end of the certificates that machines told of, seconds since 1970; absent where none did. */
  readonly firstEnd?: number;
  /** What time it is on the machines, seconds since 1970. */
  readonly clock: number;
}

/** How long the cluster's certificates are to hold, kept in the state: a preview says in words when they are to be renewed. */
export class CertificateLife extends pulumi.Stash {
  constructor(name: string, args: CertificateLifeArgs, opts: pulumi.CustomResourceOptions = {}) {
    const tell = (hook: string, words: (before: unknown, now: unknown) => string) =>
      new pulumi.ResourceHook(
        hook,
        AsyncResource.bind(async ({ oldInputs, newInputs }: pulumi.ResourceHookArgs) => {
          const text = words(oldInputs?.["input"], await onceKnown(newInputs?.["input"], undefined));
          if (text !== "") await pulumi.log.info(`certificates: ${text}`);
        }),
        { onDryRun: true },
      );
    const first = tell(`keelson-${name}-new`, () => firstWords(args));
    const later = tell(`keelson-${name}`, (before, now) => renewalWords(args, Number(before), Number(now)));
    super(name, { input: args.goodUntil }, { ...opts, hooks: { beforeCreate: [first], beforeUpdate: [later] } });
  }
}

/** A cluster that was made by an earlier release has certificates already. */
function firstWords({ firstEnd, clock, environment }: CertificateLifeArgs): string {
  if (firstEnd === undefined) return "";
  const { timer, renewBefore } = environment.certificates;
  return [
    `they ${ends(firstEnd, clock)} at the earliest, and are renewed by up from now on, ${renewBefore} before their end`,
    "the administrator's kubeconfig is issued again, and the one before is valid until its end",
    ...(timer ? ["each master gets a timer for when nobody runs up"] : []),
    "nothing restarts for it",
  ].join("; ");
}

/** What becomes of them where they have to be good until another time than before, both seconds since 1970. */
export function renewalWords(args: CertificateLifeArgs, before: number, now: number): string {
  const { environment, firstEnd, clock } = args;
  // Of certificates that another authority issues, the words are the rotation's.
  if (authoritiesOf(environment).length > 1) return "";
  // As leaves.sh has it: an hour more is for clocks that were set back.
  const isTooLong = firstEnd !== undefined && firstEnd > clock + lengthsOf(environment).validity + 3600;
  // The clock went back: what was issued since is good, and stays.
  if (now <= before && now > 0 && !isTooLong) {
    return "by the machines' clocks none of them is due for renewal any more: they are checked, and stay";
  }
  const [masters, members] = [mastersOf(environment).length, etcdMembersOf(environment).length];
  const due = isTooLong
    ? `hold longer than certificates.validity, ${environment.certificates.validity}`
    : dueWords(args);
  return (
    `those of ${counted(masters, "master")} and ${counted(members, "member")} of etcd ${due}: ` +
    "renewed one master at a time; only controller manager and scheduler restart"
  );
}

function dueWords({ firstEnd, clock }: CertificateLifeArgs): string {
  return firstEnd === undefined ? "are due, and no machine could be asked when they end" : ends(firstEnd, clock);
}

const counted = (count: number, what: string) => `${count} ${what}${count === 1 ? "" : "s"}`;

/** "end in 89 days". */
export function ends(end: number, clock: number): string {
  const words = lengthOf(end - clock);
  return end >= clock ? `end in ${words}` : `ended ${words} ago`;
}
