import type { Properties } from "./properties";

/** What a stand-in plugin is: resources by type, each with its own rules. The wire is serve.ts's affair. */

/** Where a message goes: `status` is the passing line beside a resource, the others stay in the output. */
export type Log = (severity: "debug" | "info" | "warning" | "error" | "status", message: string) => void;

/** What every operation knows about the request it answers. */
export interface Operation {
  readonly urn: string;
  /** The last part of the URN, the resource's name in the program. */
  readonly name: string;
  /** True when nothing may be changed. */
  readonly preview: boolean;
  /** The timeout the program gave to the resource, seconds; 0 when it gave none. */
  readonly timeout: number;
  readonly log: Log;
  /** Aborted when the engine asks to stop. */
  readonly cancelled: AbortSignal;
}

/** Inputs as they will be kept, or why they cannot be. */
export interface Checked {
  readonly inputs: Properties;
  readonly failures?: readonly { readonly property: string; readonly reason: string }[];
}

/** What a change of inputs means. */
export interface Diff {
  /** Paths of the values that differ, such as `spec.containers[0].image`. */
  readonly changes: readonly string[];
  /** Those of the changes that an object cannot take while it lives. */
  readonly replaces?: readonly string[];
  readonly deleteBeforeReplace?: boolean;
  /** The paths are told as they are, and only where they replace. @default the properties that they begin at are told */
  readonly wholePaths?: boolean;
  /** How values changed, by path. @default seen from the old and the new value at the path */
  readonly kinds?: Readonly<Record<string, "add" | "remove" | "update">>;
  /** Whether anything changed is not known, or left to the engine. @default it is known */
  readonly uncertain?: boolean;
  /** Whether the paths are told as paths of inputs, or those alone whose values go; others are of the state. @default true */
  readonly ofInputs?: boolean | "removals";
}

/** A resource as it was found or made. */
export interface Found {
  readonly id: string;
  readonly outputs: Properties;
  readonly inputs?: Properties;
}

/** What the engine remembers of a resource. */
export interface Remembered {
  readonly id: string;
  readonly inputs: Properties;
  readonly outputs: Properties;
}

/** The rules of one resource type. */
export interface Resource {
  check(inputs: Properties, oldInputs: Properties, operation: Operation): Checked;
  diff(old: Remembered, inputs: Properties, operation: Operation): Diff;
  create(inputs: Properties, operation: Operation): Promise<Found>;
  /** Undefined when the resource is gone. Without this method refresh keeps what is remembered. */
  read?(old: Remembered, operation: Operation): Promise<Found | undefined>;
  update(old: Remembered, inputs: Properties, operation: Operation): Promise<Properties>;
  delete(old: Remembered, operation: Operation): Promise<void>;
}

/** One package of resources. */
export interface Plugin {
  /** The package it stands in for, as `@pulumi/command`. */
  readonly standsFor: string;
  /** The version of that package. */
  readonly version: string;
  /** Bags come with their secret marks, and what comes back is marked by the resource. @default the engine sees to both */
  readonly acceptsSecrets?: boolean;
  /** Takes the provider's configuration, once, before any resource. */
  configure?(config: Properties): void;
  /** What a change of the provider's own configuration means; without it, always an update. */
  diffConfig?(olds: Properties, news: Properties): Diff;
  /** The rules of a type such as `command:remote:Command`; undefined when the stand-in does not carry it. */
  resource(type: string): Resource | undefined;
}

/** The resource exists but did not become what was asked for: the engine keeps it, and reports the failure. */
export class NotReady extends Error {
  constructor(
    readonly id: string,
    readonly outputs: Properties,
    readonly inputs: Properties,
    reason: string,
  ) {
    super(reason);
  }
}
