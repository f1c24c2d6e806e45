import { backupStep, chooseStep, fetchStep, haltStep, resumeStep, startStep, swapStep } from "./backup/step";
import { dockerStep } from "./docker/step";
import { forgetStep, writeStep } from "./encryption/step";
import { proxyStep, virtualAddressStep } from "./endpoint/step";
import { etcdStep, memberStep } from "./etcd/step";
import { kubeletStep } from "./kubelet/step";
import { preflightStep } from "./machine/step";
import type { Step } from "./script/step";
import { approverStep, masterStep, trustStep } from "./master/step";
import { admitStep, joinStep, labelsStep, leaveStep, readyStep, rolloutStep } from "./node/step";

/** Every step that a machine may have, in the order of the story. */
export const steps: readonly Step[] = [
  ...[preflightStep, dockerStep, etcdStep, memberStep, kubeletStep, proxyStep, masterStep, virtualAddressStep],
  ...[approverStep, trustStep, writeStep, forgetStep],
  ...[backupStep, chooseStep, fetchStep, haltStep, swapStep, startStep, resumeStep],
  ...[admitStep, joinStep, leaveStep, readyStep, labelsStep, rolloutStep],
].sort((one, other) => one.order - other.order);

const ending = new RegExp(`^(.+?)-(${steps.map(({ name }) => name).join("|")})$`);

/** The machine and the step that a resource's name is made of; undefined for what is of no machine. */
export function stepOf(name: string): { readonly machine: string; readonly step: Step } | undefined {
  const [, machine = "", suffix] = ending.exec(name) ?? [];
  const step = steps.find(({ name }) => name === suffix);
  return step ? { machine, step } : undefined;
}
