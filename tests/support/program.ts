import * as kubernetes from "@pulumi/kubernetes";
import * as command from "@pulumi/command";
import * as docker from "@pulumi/docker";
import * as pulumi from "@pulumi/pulumi";

import * as seen from "../../components/local/survey";
import type { Survey } from "../../components/local/survey";
import { printed } from "./printed";

/** One resource as the program registered it. */
export interface Registered {
  readonly type: string;
  readonly name: string;
  /** What the plugin would get, secrets among it in clear. */
  readonly inputs: Readonly<Record<string, unknown>>;
  /** The inputs that are encrypted in the state, by path: "connection.privateKey". */
  readonly secrets: readonly string[];
  readonly urn: string;
  /** Address of the component it lies in; "" at the top. */
  readonly parent: string;
  /** Whether a plugin makes it; components are made of others. */
  readonly custom: boolean;
  /** Addresses of resources that must be there before it. */
  readonly dependsOn: readonly string[];
  readonly deletedWith: string;
  readonly deleteBeforeReplace: boolean;
  readonly ignoreChanges: readonly string[];
  /** Addresses of resources that its inputs come from, by the input. */
  readonly propertyDependencies: Readonly<Record<string, readonly string[]>>;
  /** Addresses of resources with which it is replaced. */
  readonly replaceWith: readonly string[];
  readonly additionalSecretOutputs: readonly string[];
  /** Names of what the engine calls before it acts, by the act: "create", "update", "delete"; and after: "created". */
  readonly hooks: Readonly<Record<string, readonly string[]>>;
  /** Address and id of a provider of its own; "" where it has the default one. */
  readonly provider: string;
}

/** What the program asked the engine for, and what it gave back. */
export interface Program {
  readonly resources: readonly Registered[];
  readonly outputs: Readonly<Record<string, unknown>>;
}

/** The part of the engine that a program talks to. */
interface Monitor {
  registerResource(request: Request, callback: (error: unknown, response?: unknown) => void): Promise<void>;
  registerResourceHook(request: unknown, callback: (error: unknown, response?: unknown) => void): void;
  newUrn(parent: string, type: string, name: string): string;
}

/** What the SDK sends to register a resource. */
interface Request {
  getType(): string;
  getName(): string;
  getParent(): string;
  getCustom(): boolean;
  getObject(): { toJavaScript(): Record<string, unknown> } | undefined;
  getDependenciesList(): string[];
  getDeletedwith(): string;
  getDeletebeforereplace(): boolean;
  getIgnorechangesList(): string[];
  getReplaceWithList(): string[];
  getPropertydependenciesMap(): { entries(): Iterable<[string, { getUrnsList(): string[] }]> };
  getAdditionalsecretoutputsList(): string[];
  getHooks(): Hooks | undefined;
  getProvider(): string;
}

/** What the SDK sends of hooks. */
interface Hooks {
  getBeforeCreateList(): string[];
  getBeforeUpdateList(): string[];
  getBeforeDeleteList(): string[];
  getAfterCreateList(): string[];
}

/** What else a run of the program meets. */
export interface Surroundings {
  /** What Docker on this computer knows of the stack. @default nothing, and it answers */
  readonly survey?: Survey;
  /** The run is a preview. @default false */
  readonly preview?: boolean;
  /** The module whose default runs, seen from here. @default the stack's own program */
  readonly program?: string;
}

/** What the cluster is known by. */
export const identity = "00000000-0000-4000-8000-000000000000 first";

/** Runs the whole program for one configuration, with no engine behind it, and gives what it registered. */
export async function runProgram(
  stack: string,
  config: Readonly<Record<string, unknown>>,
  { survey = { containers: new Map() }, preview = false, program = "../../index" }: Surroundings = {},
): Promise<Program> {
  const resources: Registered[] = [];
  await pulumi.runtime.setMocks(
    {
      newResource: ({ type, name, inputs, id }) => ({
        id: id === undefined || id === "" ? `${name}-id` : id,
        state: { ...(inputs as object), ...outputsOf(resources.find((one) => one.type === type && one.name === name)) },
      }),
      call: ({ inputs }) => inputs as Record<string, unknown>,
    },
    "keelson",
    stack,
    preview,
  );
  record(resources);
  // Nobody is there to be asked.
  const entries = Object.entries({ survey: "off", ...config }).map(([key, value]) => [
    `keelson:${key}`,
    JSON.stringify(value),
  ]);
  const secrets = entries.filter(([, value = ""]) => value.includes('"password":')).map(([key = ""]) => key);
  pulumi.runtime.setAllConfig(Object.fromEntries(entries) as Record<string, string>, secrets);
  const outputs = await load(survey, program);
  await settled(resources);
  return { resources, outputs };
}

/** The program itself is rebuilt for each run; the SDKs, which are large, are not. Outside of jest there is one run. */
async function load(survey: Survey, program: string): Promise<Readonly<Record<string, unknown>>> {
  // eslint-disable-next-line @typescript-eslint/no-require-imports -- TypeScript is read through require here
  if (typeof jest === "undefined") return (require("../../index") as () => Promise<Record<string, unknown>>)();
  let outputs: Readonly<Record<string, unknown>> = {};
  await jest.isolateModulesAsync(async () => {
    jest.doMock("@pulumi/pulumi", () => pulumi);
    jest.doMock("@pulumi/kubernetes", () => kubernetes);
    jest.doMock("@pulumi/command", () => command);
    jest.doMock("@pulumi/docker", () => docker);
    jest.doMock("../../components/local/survey", () => ({ ...seen, surveyed: () => survey, missingImages: () => [] }));
    outputs = await ((await import(program)) as { default: () => Promise<Record<string, unknown>> }).default();
  });
  return outputs;
}

/** Notes every request on its way: a mock is shown less than what the engine gets. */
function record(resources: Registered[]): void {
  const monitor = pulumi.runtime.getMonitor() as unknown as Monitor;
  const register = monitor.registerResource.bind(monitor);
  // There is no engine that would ever call a hook back.
  monitor.registerResourceHook = (_request, callback) => callback(null, {});
  monitor.registerResource = (request, callback) => {
    resources.push(registered(monitor, request));
    return register(request, callback);
  };
}

function registered(monitor: Monitor, request: Request): Registered {
  const secrets: string[] = [];
  const inputs = plain(request.getObject()?.toJavaScript() ?? {}, [], secrets) as Record<string, unknown>;
  const [type, name] = [request.getType(), request.getName()];
  return {
    type,
    name,
    inputs,
    secrets: secrets.sort(),
    urn: monitor.newUrn(request.getParent(), type, name),
    parent: request.getParent(),
    custom: request.getCustom(),
    dependsOn: request.getDependenciesList(),
    deletedWith: request.getDeletedwith(),
    deleteBeforeReplace: request.getDeletebeforereplace(),
    ignoreChanges: request.getIgnorechangesList(),
    replaceWith: request.getReplaceWithList(),
    propertyDependencies: propertyDependenciesOf(request),
    additionalSecretOutputs: request.getAdditionalsecretoutputsList(),
    hooks: hooksOf(request.getHooks()),
    provider: request.getProvider(),
  };
}

function propertyDependenciesOf(request: Request): Record<string, readonly string[]> {
  const entries = [...request.getPropertydependenciesMap().entries()];
  return Object.fromEntries(entries.map(([property, dependencies]) => [property, dependencies.getUrnsList()]));
}

function hooksOf(hooks: Hooks | undefined): Record<string, readonly string[]> {
  const all = {
    create: hooks?.getBeforeCreateList() ?? [],
    update: hooks?.getBeforeUpdateList() ?? [],
    delete: hooks?.getBeforeDeleteList() ?? [],
    created: hooks?.getAfterCreateList() ?? [],
  };
  return Object.fromEntries(Object.entries(all).filter(([, names]) => names.length > 0));
}

/** What a script prints is a secret where the program says so; the engine sees to that, and here is none. */
function outputsOf(resource: Registered | undefined): Record<string, unknown> {
  // Made once, and kept by the state.
  if (resource?.type === "pulumi:index:Stash" && /^(.*-)?identity$/.test(resource.name)) return { input: identity };
  if (resource?.type !== "command:remote:Command") return {};
  const stdout = printed(resource.name);
  return { stdout: resource.additionalSecretOutputs.includes("stdout") ? pulumi.secret(stdout) : stdout };
}

/** What the SDK itself waits for before a program ends; it is left out of the package's types. */
interface Runtime {
  waitForRPCs(): Promise<void>;
}

/** Registrations wait for each other's outputs; they are all there when none comes any more, however long each took. */
async function settled(resources: readonly Registered[]): Promise<void> {
  for (let before = -1; before !== resources.length;) {
    before = resources.length;
    await (pulumi.runtime as unknown as Runtime).waitForRPCs();
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
}

/** Secrets are sent wrapped: they are unwrapped here, and noted by their paths. */
function plain(value: unknown, path: readonly string[], secrets: string[]): unknown {
  if (Array.isArray(value)) return value.map((member, index) => plain(member, [...path, String(index)], secrets));
  if (typeof value !== "object" || value === null) return value;
  if ("4dabf18193072939515e22adb298388d" in value && "value" in value) {
    secrets.push(path.join("."));
    return plain(value.value, path, secrets);
  }
  return Object.fromEntries(
    Object.entries(value).map(([key, member]) => [key, plain(member, [...path, key], secrets)]),
  );
}
