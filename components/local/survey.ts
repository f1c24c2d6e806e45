import { spawnSync } from "node:child_process";

/** A container of a stack, as Docker knows it. */
export interface Container {
  /** The machine's name. */
  readonly machine: string;
  /** Its address on the stack's network; "" where it has none. */
  readonly address: string;
  /** The image it was made of, by the name that was given. */
  readonly image: string;
  /** Which of the machine's containers it is; absent where an older program made it. */
  readonly build?: string;
  readonly running: boolean;
}

/** What there is of a stack on this computer. */
export interface Survey {
  /** Why Docker does not answer, in its own words; absent where it does. */
  readonly silence?: string;
  /** By the machines' names. */
  readonly containers: ReadonlyMap<string, Container>;
}

/** The label that tells one container of a machine, and its disk, from those before and after. */
export const buildLabel = "keelson.build";

/** What everything of a stack is named by. */
export function prefixOf(stack: string): string {
  return `keelson-${stack}`;
}

/** Runs `docker` with arguments; throws where it does not end well. */
export type Docker = (...args: readonly string[]) => string;

const known = new Map<string, Survey>();

/** Asks Docker once in each run of the program. */
export function surveyed(stack: string): Survey {
  const found = known.get(stack) ?? survey(stack, docker);
  known.set(stack, found);
  return found;
}

/** What `docker` knows of a stack's containers; nothing is changed. */
export function survey(stack: string, ask: Docker): Survey {
  try {
    const ids = ask("ps", "--all", "--quiet", "--filter", `name=^/?${prefixOf(stack)}-`)
      .split("\n")
      .filter(Boolean);
    const found = ids.length === 0 ? [] : (JSON.parse(ask("container", "inspect", ...ids)) as readonly Inspected[]);
    const containers = found.flatMap((one) => containerOf(one, stack) ?? []);
    return { containers: new Map(containers.map((container) => [container.machine, container])) };
  } catch (error) {
    return { silence: error instanceof Error ? error.message : String(error), containers: new Map() };
  }
}

/** Those of the images that Docker does not have. */
export function missingImages(images: readonly string[], ask: Docker): readonly string[] {
  return [...new Set(images)].filter((image) => ask("image", "ls", "--quiet", image).trim() === "");
}

/** How long Docker may take for an answer, milliseconds. */
const patience = 20_000;

/** Runs `docker` on this computer. */
export function docker(...args: readonly string[]): string {
  const { status, stdout, stderr, error } = spawnSync("docker", args, {
    encoding: "utf8",
    timeout: patience,
    maxBuffer: 64 * 1024 * 1024,
  });
  if (error) throw new Error("code" in error && error.code === "ENOENT" ? "there is no command docker" : error.message);
  if (status !== 0) throw new Error(stderr.trim().split("\n")[0] ?? `docker ${args[0] ?? ""} ended with ${status}`);
  return stdout;
}

/** The part of Docker's answer that is read. Source: Docker Engine API, "Inspect a container". */
interface Inspected {
  readonly Name: string;
  readonly State: { readonly Running: boolean };
  readonly Config: { readonly Image: string; readonly Labels: Readonly<Record<string, string>> | null };
  readonly NetworkSettings: {
    readonly Networks: Readonly<
      Record<string, { readonly IPAddress: string; readonly IPAMConfig: { readonly IPv4Address?: string } | null }>
    >;
  };
}

/** Only what is on the stack's own network is of the stack: "a-b-c" may be machine "b-c" of stack "a", or "c" of "a-b". */
function containerOf({ Name, State, Config, NetworkSettings }: Inspected, stack: string): Container | undefined {
  const place = NetworkSettings.Networks[prefixOf(stack)];
  if (!place) return undefined;
  const build = Config.Labels?.[buildLabel];
  return {
    machine: Name.slice(`/${prefixOf(stack)}-`.length),
    address: place.IPAMConfig?.IPv4Address ?? place.IPAddress,
    image: Config.Image,
    ...(build === undefined ? {} : { build }),
    running: State.Running,
  };
}
