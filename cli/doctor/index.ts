import type { Stack } from "@pulumi/pulumi/automation";

import { examineAll, type Examined } from "../../components/doctor";
import type { Environment } from "../../components/environment";
import { paintFor, type Paint } from "../color";
import { exits } from "../commands";
import type { Request } from "../arguments";
import { decryptedEnvironment, loginOn } from "../machines";
import { kubeconfigOf } from "../status";
import { askCluster, podsToAsk, type ClusterTold } from "./cluster";
import { controlFindings } from "./control";
import { checks, Commands, counted, theCluster, type Finding } from "./findings";
import { clusterFindings } from "./inCluster";
import { machineFindings } from "./onMachines";
import { networkFindings } from "./network";

/** What `doctor -o json` prints, besides the schema. */
export interface Diagnosis {
  readonly stack: string;
  readonly well: boolean;
  readonly findings: readonly Finding[];
}

/** Looks at a living stack from outside, changes nothing, and tells what is not well; the exit code. */
export async function doctor(stack: Stack, { output, color }: Request): Promise<number> {
  const diagnosis = await diagnose(stack);
  if (output === "json") process.stdout.write(`${JSON.stringify({ schema: 1, ...diagnosis }, null, 2)}\n`);
  else process.stdout.write(textOf(diagnosis, paintFor(color, process.stdout)));
  return exitOf(diagnosis);
}

export async function diagnose(stack: Stack): Promise<Diagnosis> {
  const kubeconfig = await kubeconfigOf(stack);
  const environment = await decryptedEnvironment(stack);
  const cluster =
    kubeconfig === undefined
      ? "the API was not asked, for no up has ended well yet, and its kubeconfig comes last"
      : await askCluster(kubeconfig, environment);
  const all = await examineAll({
    environment,
    login: loginOn(environment),
    ...(typeof cluster === "string" ? {} : { pods: podsToAsk(cluster, environment.flannel.backend === "vxlan") }),
  });
  const findings = judge(environment, all, cluster);
  return { stack: stack.name, well: findings.every(({ state }) => state === "well"), findings };
}

/** All that is to be said of what was found, in the order of the checks. */
export function judge(
  environment: Environment,
  all: readonly Examined[],
  cluster: ClusterTold | string,
): readonly Finding[] {
  const commands = new Commands(environment.stack);
  const found = [
    ...machineFindings(all, commands),
    ...controlFindings(environment, all, cluster, commands),
    ...clusterFindings(environment, all, cluster, commands),
    ...networkFindings(all, cluster, commands),
  ];
  return checks.flatMap((check) => found.filter((finding) => finding.check === check));
}

/** What is well in a line each; below it, where the eye is, what is not. */
export function textOf({ stack, findings }: Diagnosis, paint: Paint): string {
  const wrong = findings.filter(({ state }) => state !== "well");
  const faulty = new Set(wrong.map(({ check }) => check));
  const lines = checks.flatMap((check) => {
    const own = findings.filter((finding) => finding.check === check);
    const [first] = own;
    if (!first) return [];
    const count = own.filter(({ state }) => state === "wrong").length;
    const words = faulty.has(check) ? (count === 0 ? "not known" : `${count} not well`) : first.words;
    const mark = faulty.has(check)
      ? paint(count === 0 ? "yellow" : "red", count === 0 ? "?" : "!")
      : paint("green", "+");
    return [`  ${mark} ${check.padEnd(13)} ${words}`];
  });
  const told = wrong.map((finding) => paragraph(finding, paint));
  const end =
    wrong.length === 0 ? `stack ${stack} is well` : `stack ${stack} is not well: ${counted(wrong.length, "finding")}`;
  return `${[lines.join("\n"), ...told, end].join("\n\n")}\n`;
}

function paragraph({ state, subject, component, check, words, said, next }: Finding, paint: Paint): string {
  const head = `${paint(state === "wrong" ? "red" : "yellow", subject)}: ${component ?? check}: ${words}`;
  return [
    head,
    ...(said === undefined ? [] : [`  it said last: ${said}`]),
    ...(next === undefined ? [] : [`  next: ${next}`]),
  ].join("\n");
}

/** A machine, or the API by its endpoint, that does not answer is another end than what is not well with those that do. */
function exitOf({ well, findings }: Diagnosis): number {
  if (well) return exits.done;
  const silent = findings.some(
    ({ check, state, subject, component }) =>
      state === "wrong" &&
      (check === "machines" || (check === "API" && component === undefined && subject === theCluster)),
  );
  return silent ? exits.unreachable : exits.failed;
}
