import { AsyncResource } from "node:async_hooks";

import * as pulumi from "@pulumi/pulumi";

import { etcdMembersOf, mastersOf, type MachineConfig } from "../machine";
import { onceKnown } from "../ssh";
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

function renewalWords({ environment, firstEnd, clock }: CertificateLifeArgs, before: number, now: number): string {
  // Of certificates that another authority issues, the words are the rotation's.
  if (authoritiesOf(environment).length > 1) return "";
  // The clock went back: what was issued since is good, and stays.
  if (now <= before && now > 0) {
    return "by the machines' clocks none of them is due for renewal any more: they are checked, and stay";
  }
  const [masters, members] = [mastersOf(environment).length, etcdMembersOf(environment).length];
  const due = firstEnd === undefined ? "are due, and no machine could be asked when they end" : ends(firstEnd, clock);
  return (
    `those of ${counted(masters, "master")} and ${counted(members, "member")} of etcd ${due}: ` +
    "renewed one master at a time; only controller manager and scheduler restart"
  );
}

const counted = (count: number, what: string) => `${count} ${what}${count === 1 ? "" : "s"}`;

/** "end in 89 days". */
export function ends(end: number, clock: number): string {
  const words = lengthOf(end - clock);
  return end >= clock ? `end in ${words}` : `ended ${words} ago`;
}
