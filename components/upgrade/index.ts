import { AsyncResource } from "node:async_hooks";

import * as pulumi from "@pulumi/pulumi";

import { compareVersions, type ArtifactSet } from "../artifacts";
import type { Environment } from "../environment";
import type { Machine } from "../machine";
import type { Login } from "../ssh";
import type { Running } from "../survey";
import { askAll } from "./ask";
import { upgradeConsequences } from "./consequences";
import { reportOf, type Report } from "./report";
import { snapshotBefore } from "./snapshot";

export interface UpgradeArgs {
  readonly environment: Environment;
  readonly artifacts: ArtifactSet;
  /** Releases that run, as machines told. */
  readonly running: Running;
  /** All machines of the cluster. */
  readonly machines: readonly Machine[];
  /** Those that are nodes, the programs and images of the release that is asked for on them. */
  readonly nodes: readonly Machine[];
  /** What else is over before machines are asked: members of etcd do not answer while they restart. @default nothing */
  readonly after?: readonly pulumi.Resource[];
  /** First end of the certificates that machines told of, and what time it is there, seconds since 1970. */
  readonly firstEnd?: number;
  readonly clock: number;
  /** How to log in on a machine; nothing for one that is not there. */
  readonly login: (name: string) => Login | undefined;
}

/**
 * The release of Kubernetes that all machines were asked about: another one is let in when its programs take the settings that they
 * would get, and nothing else speaks against it. That is asked when its programs and images lie on the machines, and before anything
 * is restarted; in a preview, what can be told without them.
 */
export class Upgrade extends pulumi.Stash {
  /** Something runs another release than is asked for, or may: not every machine told. */
  readonly isUnderWay: boolean;
  /** The nodes, later scripts on masters among them waiting for this while an upgrade is under way. */
  readonly nodes: readonly Machine[];

  constructor(
    name: string,
    private readonly args: UpgradeArgs,
    opts: pulumi.CustomResourceOptions = {},
  ) {
    const { environment, running, nodes, after = [] } = args;
    const { version } = environment.kubernetes;
    const releases = [...Object.values(running.apiServers), ...Object.values(running.kubelets)];
    const isUnderWay =
      environment.survey === "off" || running.silent === true || releases.some((release) => release !== version);
    const guard = new pulumi.ResourceHook(
      `keelson-${name}`,
      AsyncResource.bind(async ({ oldInputs }: pulumi.ResourceHookArgs) => {
        const before = (oldInputs?.["input"] as string | undefined) ?? oldest(Object.values(running.apiServers));
        if (before !== undefined && compareVersions(before, version) < 0) await letIn(before, args);
      }),
    );
    super(
      name,
      { input: version },
      {
        ...opts,
        dependsOn: isUnderWay ? [...nodes.flatMap(({ dependsOn }) => dependsOn), ...after] : [],
        hooks: { beforeCreate: [guard], beforeUpdate: [guard] },
      },
    );
    for (const text of upgradeConsequences(environment, running)) void pulumi.log.info(text);
    this.isUnderWay = isUnderWay;
    this.nodes = nodes.map((machine) =>
      isUnderWay && machine.config.roles.includes("master")
        ? { ...machine, dependsOn: [...machine.dependsOn, this] }
        : machine,
    );
  }

  /** In a preview, as long as an upgrade is under way, tells what is to be known of it, as far as that needs none of its programs. */
  async look(): Promise<void> {
    const { environment, running } = this.args;
    const to = environment.kubernetes.version;
    const from = oldest([...Object.values(running.apiServers), ...Object.values(running.kubelets)]);
    if (!pulumi.runtime.isDryRun() || from === undefined || compareVersions(from, to) >= 0) return;
    const { problems, warnings } = await asked(from, this.args);
    for (const text of [...problems, ...warnings]) await pulumi.log.info(`Kubernetes: ${text}`);
  }
}

/** Throws what speaks against the release, where anything does, tells what is to be known of it, and has a snapshot kept. */
async function letIn(from: string, args: UpgradeArgs): Promise<void> {
  const { environment } = args;
  const to = environment.kubernetes.version;
  const { problems, warnings } = await asked(from, args);
  for (const warning of warnings) await pulumi.log.info(`Kubernetes: ${warning}`);
  if (problems.length > 0) {
    throw new Error(
      `stack "${environment.stack}" cannot go from Kubernetes ${from} to ${to}; nothing was restarted:\n${problems.map((problem) => `  - ${problem}`).join("\n")}`,
    );
  }
  for (const words of await snapshotBefore(to, args)) await pulumi.log.info(words);
}

/** What all machines say of the release that is asked for. */
async function asked(from: string, args: UpgradeArgs): Promise<Report> {
  return reportOf({ ...args, from, to: args.environment.kubernetes.version, told: await askAll(args) });
}

function oldest(releases: readonly string[]): string | undefined {
  return [...releases].sort(compareVersions)[0];
}
