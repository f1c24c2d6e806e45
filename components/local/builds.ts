import { randomBytes } from "node:crypto";

import * as pulumi from "@pulumi/pulumi";

import type { LocalSettings } from "./settings";
import type { MachineConfig } from "../machine";
import { requireKeys } from "./keys";
import { recordsOf, remember, type MachineRecord } from "./records";
import { docker, missingImages, surveyed, type Container, type Survey } from "./survey";

/** Why a local machine is rebuilt: its container is gone, or is to be of another image. */
export type Rebuild = { readonly gone: true } | { readonly gone: false; readonly from: string; readonly to: string };

/** One container of a machine, and its disk. */
export interface Build {
  /** Tells it from those before and after; absent where an older program made it. */
  readonly id?: string;
  /** It is to be made: an existing one is not touched otherwise. Absent where it is there. */
  readonly why?: Rebuild;
  /** It is there, and stays. @default false, also where that is not known */
  readonly stays?: boolean;
  /** It is there, but the run that made it was cut off before it knew of it: nothing has run on it yet. @default false */
  readonly halfMade?: boolean;
}

export type Builds = ReadonlyMap<string, Build>;

/** Addresses that local machines have, whatever the order of the list: as Docker knows them, or else as they were last. */
export function addressesHere(stack: string): ReadonlyMap<string, string> {
  const records = Object.entries(recordsOf(stack)).map(([name, { address }]) => [name, address] as const);
  const containers = [...surveyed(stack).containers.values()].map(
    ({ machine, address }) => [machine, address] as const,
  );
  return new Map([...records, ...containers].filter(([, address]) => address !== ""));
}

/**
 * Which containers a local stack has, and which are to be made. Throws where Docker does not answer, and a preview says so;
 * what has come to be known is remembered, but by a preview.
 */
export function buildsHere(environment: LocalSettings): Builds {
  if (environment.provider !== "local") return new Map();
  const { stack } = environment;
  const survey = surveyed(stack);
  tell(survey, environment);
  const records = recordsOf(stack);
  const living = environment.machines.filter(({ name }) => survey.containers.has(name)).map(({ name }) => name);
  requireKeys(stack, living);
  const builds = buildsOf(environment, survey, records, () => randomBytes(6).toString("hex"));
  requireImages(environment, survey, builds);
  if (!pulumi.runtime.isDryRun()) remember(stack, recordsAfter(environment, survey, records, builds));
  return builds;
}

/** Decides which machines are rebuilt. */
export function buildsOf(
  environment: LocalSettings,
  { silence, containers }: Survey,
  records: Readonly<Record<string, MachineRecord>>,
  newId: () => string,
): Builds {
  return new Map(
    environment.machines.map((config) => {
      const record = records[config.name];
      if (silence !== undefined) return [config.name, record?.build === undefined ? {} : { id: record.build }];
      return [config.name, buildOf(config, containers.get(config.name), record, newId)];
    }),
  );
}

function buildOf(
  { image }: MachineConfig,
  container: Container | undefined,
  record: MachineRecord | undefined,
  newId: () => string,
): Build {
  if (!container) {
    // A run that was cut off before the container was there has told its name to the state.
    const id = record?.build !== undefined && !record.built ? record.build : newId();
    return { id, why: { gone: true } };
  }
  if (image !== undefined && container.image !== image) {
    return { id: newId(), why: { gone: false, from: container.image, to: image } };
  }
  if (container.build === undefined) return { stays: true };
  const halfMade = record?.build === container.build && !record.built;
  return { id: container.build, stays: true, ...(halfMade ? { halfMade } : {}) };
}

/** Machines that are to be made need their image here: nobody publishes it. */
function requireImages({ stack, machines }: LocalSettings, { silence }: Survey, builds: Builds): void {
  if (silence !== undefined) return;
  const wanted = machines.flatMap(({ name, image }) => (builds.get(name)?.why && image !== undefined ? [image] : []));
  const missing = missingImages(wanted, docker);
  if (missing.length === 0) return;
  throw new pulumi.RunError(
    `stack "${stack}" makes machines of the image ${missing.join(", ")}, which is not on this computer: run \`make env\`, which builds keelson's own, or docker load`,
  );
}

function recordsAfter(
  { machines, lost }: LocalSettings,
  { silence }: Survey,
  records: Readonly<Record<string, MachineRecord>>,
  builds: Builds,
): Readonly<Record<string, MachineRecord>> {
  if (silence !== undefined) return records;
  const entries = [...machines, ...lost].map(({ name, address }): [string, MachineRecord] => {
    const { id, why, halfMade } = builds.get(name) ?? {};
    const built = builds.has(name) && !why && !halfMade;
    return [name, { address, ...(id === undefined ? {} : { build: id }), built }];
  });
  return Object.fromEntries(entries);
}

function tell({ silence, containers }: Survey, { stack, machines }: LocalSettings): void {
  if (silence !== undefined) {
    const fault = `Docker does not answer on this computer (${silence})`;
    if (!pulumi.runtime.isDryRun()) {
      throw new pulumi.RunError(
        `${fault}, and the machines of stack "${stack}" are its containers: run \`make env\`, which installs and starts it, and then up again`,
      );
    }
    void pulumi.log.warn(`${fault}: this preview cannot see the machines' containers, and assumes that they exist`);
  }
  for (const { name } of machines) {
    const container = containers.get(name);
    if (container && !container.running) {
      void pulumi.log.warn(
        `${name}: its container is stopped: run refresh and then up, or docker start keelson-${stack}-${name}, and it goes on as it was`,
      );
    }
  }
}
