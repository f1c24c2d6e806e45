import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";

/** What there is to know of where a stack's state is kept. */
export interface Place {
  /** Name of the stack, "dev". */
  readonly stack: string;
  /** The project's directory. */
  readonly directory: string;
  /** @default the process's */
  readonly env?: Readonly<Record<string, string | undefined>>;
}

/** What lies under `.keelson/` besides a directory for each stack. */
const ownNames = ["state", "passphrase", "logs", "support"];

/** A stack whose directory would be another thing's, and be removed with it; undefined where it has a name of its own. */
export function takenName({ stack }: Pick<Place, "stack">): string | undefined {
  if (!ownNames.includes(stack)) return undefined;
  return `a stack cannot be named "${stack}": .keelson/${stack} in this checkout is not a stack's; give it another name than ${ownNames.join(", ")} (pulumi stack rename)`;
}

/** Where this checkout keeps the states of stacks that have no other backend; not in version control. */
export function stateDirectory(directory: string): string {
  return join(directory, ".keelson", "state");
}

/** The file that has the stack's state, in the checkout's own place. */
export function stateFile({ stack, directory }: Place): string {
  return join(stateDirectory(directory), ".pulumi", "stacks", "keelson", `${stack}.json`);
}

/** Whether the backend in use is the checkout's own place. */
export function isOwnPlace({ directory, env = process.env }: Place): boolean {
  const [url = ""] = (env["PULUMI_BACKEND_URL"] ?? "").split("?");
  return url === `file://${stateDirectory(directory)}`;
}

/**
 * A cluster's state lies in the checkout's own place while another backend is in use: there the cluster is not known, and
 * an `up` would begin to build it again on the machines that it runs on. Gives the way to move it; undefined where all is well.
 */
export function strayState(place: Place): string | undefined {
  const file = stateFile(place);
  if (isOwnPlace(place) || !hasResources(file)) return undefined;
  const { stack, directory } = place;
  const own = `file://${stateDirectory(directory)}`;
  const passphrase = `PULUMI_CONFIG_PASSPHRASE_FILE=${join(directory, ".keelson", "passphrase")}`;
  return `the state of stack ${stack} lies in this checkout, in ${file}, and the backend in use does not know its cluster. Move it there, with the passphrase that it is encrypted with:
  unset PULUMI_CONFIG_PASSPHRASE; export ${passphrase}
  pulumi stack init ${stack} --secrets-provider passphrase
  PULUMI_BACKEND_URL=${own} pulumi stack export --stack ${stack} | pulumi stack import --stack ${stack}
  mv ${file} ${file}.moved
and then, if you like: pulumi stack change-secrets-provider. Or go on with the state where it is:
  export PULUMI_BACKEND_URL=${own} ${passphrase}`;
}

function hasResources(file: string): boolean {
  if (!existsSync(file)) return false;
  const { checkpoint } = JSON.parse(readFileSync(file, "utf8")) as {
    readonly checkpoint?: { readonly latest?: { readonly resources?: readonly unknown[] } };
  };
  return (checkpoint?.latest?.resources ?? []).length > 0;
}
