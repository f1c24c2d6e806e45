/** Why a spec is not run, and why one fails: what is known by name, and what its own words say. Pure. */
import type { Outcome } from "./outcomes";

/** What a cluster is, as far as specs depend on it. */
export interface Kind {
  readonly runtime: string;
  /** Its machines are containers. */
  readonly local: boolean;
}

interface Rule {
  readonly spec: RegExp;
  readonly when: (kind: Kind) => boolean;
  readonly reason: string;
}

const withDocker = ({ runtime }: Kind) => runtime === "docker";

/** Specs that cannot pass on such a cluster, whatever keelson does. */
const rules: readonly Rule[] = [
  {
    spec: /\[sig-node\] ImageVolume /,
    when: withDocker,
    reason: "cri-dockerd mounts no images as volumes",
  },
  {
    spec: /\[sig-node\] ImageVolume .*pull policy of Always/,
    when: ({ local }) => local,
    reason:
      "its image is pulled from registry.k8s.io even where a machine has it, and local machines reach no registry",
  },
  {
    spec: /\[sig-node\] Pod InPlace Resize .*([36] containers|resize with equivalents)/,
    when: withDocker,
    reason:
      "cri-dockerd reports neither the resources that a container has nor how much memory it uses, and a kubelet needs both for this resize",
  },
];

/** Why a spec is left out; undefined where it is run. */
export function leftOut(name: string, kind: Kind): string | undefined {
  return rules.find(({ spec, when }) => spec.test(name) && when(kind))?.reason;
}

interface Sign {
  readonly said: RegExp;
  readonly cause: (found: RegExpExecArray) => string;
}

const signs: readonly Sign[] = [
  {
    said: /(?:Failed to pull image|Back-off pulling image|ErrImagePull[^"]*image) "([^"]+)"/,
    cause: ([, image]) => `the image ${String(image)} cannot be had`,
  },
  {
    said: /violates PodSecurity "([^"]+)"/,
    cause: ([, level]) => `pod security ${String(level)} refuses its pod`,
  },
  {
    said: /limit reached on type (\w+)|the server has received too many requests/,
    cause: () => "the API server's limit of events",
  },
  { said: /(?:context deadline exceeded|[Tt]imed out|timeout)/, cause: () => "time" },
];

/** The cause of a failure as its own words have it; its first line, where no sign is known. */
export function causeOf({ message, log }: Pick<Outcome, "message" | "log">): string {
  const line = firstLine(message);
  for (const text of [message, log]) {
    for (const { said, cause } of signs) {
      const found = said.exec(text);
      // What was slow somewhere in the log need not be why the spec failed.
      if (found && (text === message || said !== signs.at(-1)?.said)) return `${cause(found)}: ${line}`;
    }
  }
  return line;
}

/** The first line of a message, as a cell of a table has room for it. */
export function firstLine(message: string): string {
  const line =
    message
      .split("\n")
      .find((part) => part.trim() !== "")
      ?.trim() ?? "";
  return (line.length > 200 ? `${line.slice(0, 200)}...` : line).replaceAll("|", String.raw`\|`);
}
