/** What the command line can do: the one table that its reading and its help are made of. */

/** One flag of a command. */
export interface Flag {
  /** Without the dashes, "stack". */
  readonly name: string;
  /** A letter for it, "o". @default none */
  readonly short?: string;
  /** What stands after it, "NAME". @default nothing: it is there, or it is not */
  readonly value?: string;
  /** The values that it takes. @default any */
  readonly allowed?: readonly string[];
  /** What holds without it. */
  readonly usual: string;
  readonly meaning: string;
}

export interface Command {
  readonly meaning: string;
  /** What is its own; every command has `everywhere` besides. */
  readonly flags: readonly Flag[];
  /** The exit codes that it can have. */
  readonly exits: readonly (keyof typeof exits)[];
  readonly example: string;
}

/** How a command ends, for scripts. */
export const exits = { done: 0, failed: 1, refused: 2, unreachable: 3, unfit: 4, interrupted: 130 } as const;

export const exitMeanings: Readonly<Record<keyof typeof exits, string>> = {
  done: "done",
  failed: "failed; the message names the step and the cause",
  refused:
    "refused before anything was touched: the command, the configuration, or a change that would lose the cluster",
  unreachable:
    "a machine, the bastion or the cluster's API does not answer, shows another host key, or refuses the login",
  unfit: "a machine is unfit, and nothing was changed on it",
  interrupted: "interrupted (Ctrl-C)",
};

const output: Flag = {
  name: "output",
  short: "o",
  value: "FORM",
  allowed: ["text", "json"],
  usual: "text",
  meaning: "json prints one object and nothing else (docs/command-line.md)",
};

/** Flags of every command. */
export const everywhere: readonly Flag[] = [
  { name: "stack", value: "NAME", usual: "dev", meaning: "the stack, whose file is Pulumi.NAME.yaml" },
  {
    name: "color",
    value: "WHEN",
    allowed: ["auto", "always", "never"],
    usual: "auto: on a terminal, where NO_COLOR is not set",
    meaning: "when words are coloured",
  },
  { name: "help", short: "h", usual: "off", meaning: "print this, and do nothing" },
];

const usual: Command["exits"] = ["done", "failed", "refused", "unreachable", "interrupted"];

export const commands: Readonly<Record<string, Command>> = {
  up: {
    meaning: "build the cluster, or bring it to what the configuration says",
    flags: [],
    exits: ["done", "failed", "refused", "unreachable", "unfit", "interrupted"],
    example: "keelson up --stack staging",
  },
  preview: {
    meaning: "say what up would change, and change nothing",
    flags: [{ name: "diff", usual: "off", meaning: "every value that changes, in the engine's own words" }, output],
    exits: usual,
    example: "keelson preview --stack staging --diff",
  },
  refresh: {
    meaning: "compare the state with what is really there",
    flags: [],
    exits: usual,
    example: "keelson refresh --stack staging",
  },
  destroy: {
    meaning: "take the cluster away; machines are left as they were found",
    flags: [],
    exits: usual,
    example: "keelson destroy --stack staging",
  },
  status: {
    meaning: "show nodes, pods, what of them is not ready, and whether nginx answers",
    flags: [output],
    exits: usual,
    example: "keelson status --stack staging -o json",
  },
  doctor: {
    meaning:
      "look at machines, API, etcd, certificates, nodes and the pods' network, and say what is not well; changes nothing",
    flags: [output],
    exits: ["done", "failed", "refused", "unreachable"],
    example: "keelson doctor --stack staging -o json",
  },
  support: {
    meaning:
      "collect what a maintainer needs in one file under .keelson/support, without any secret of the stack's state",
    flags: [],
    exits: ["done", "failed", "refused"],
    example: "keelson support --stack staging",
  },
  kubeconfig: {
    meaning: "write the administrator's kubeconfig to a file of mode 0600, and print the line that names it to kubectl",
    flags: [],
    exits: ["done", "failed", "refused"],
    example: 'eval "$(keelson kubeconfig --stack staging)"',
  },
  backup: {
    meaning: "back etcd up now, besides what its timer does",
    flags: [],
    exits: ["done", "failed", "refused"],
    example: "keelson backup --stack staging",
  },
  shell: {
    meaning: "log in on one machine, and end with the status of the shell there",
    flags: [
      { name: "machine", value: "NAME", usual: "must be given", meaning: "the machine, by its name under machines" },
    ],
    exits: ["done", "failed", "refused"],
    example: "keelson shell --stack staging --machine worker-1",
  },
};
