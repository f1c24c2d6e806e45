import { stepOf } from "../components/steps";
import { plain, type Paint } from "./color";
import { Commands } from "./doctor/findings";
import { messageOf, type Progress } from "./progress";

/** Lines of a script's output that are worth reading when it failed. */
const tail = 15;

/** Tells what failed: the resource, the cause in a sentence, the last lines that matter, and what to do next. */
export function tellFailure(
  progress: Progress,
  error: unknown,
  { stack, command }: { readonly stack: string; readonly command: string },
  paint: Paint = plain,
): void {
  const failed = progress.steps.filter((step) => step.failed);
  const told = new Map<string, string[]>();
  for (const step of failed) {
    const output = (progress.errors.get(step.urn) ?? []).map(withoutPrefix).join("\n");
    const text = indented([
      ...matter(output),
      ...hint(output, { stack, command, machine: stepOf(step.name)?.machine }),
    ]);
    // What stopped several steps, such as machines that do not answer, is told once.
    told.set(text, [...(told.get(text) ?? []), step.name]);
    if (told.get(text)?.length === 1) {
      process.stderr.write(`\n${paint("red", "failed")}: ${step.phase}, ${step.name}\n${text}\n`);
    }
  }
  for (const names of told.values()) {
    if (names.length > 1) process.stderr.write(`\nfor the same cause: ${names.slice(1).join(", ")}\n`);
  }
  if (failed.length === 0) {
    const said = ownErrors(progress) || messageOf(error);
    process.stderr.write(`\n${[said, ...hint(said, { stack, command })].join("\n")}\n`);
  }
  const again = new Commands(stack).make(command);
  process.stderr.write(`\nnext: correct the cause and run ${again} again: it goes on from where it stopped\n`);
}

/** The engine's words around an error of the program's own. */
function withoutPrefix(text: string): string {
  return text.replace(/^(?:\w+ failed: )?before hook "[^"]*" failed: /, "");
}

/** A script's own error lines first, then what led to them. */
function matter(output: string): readonly string[] {
  const lines = output.split("\n").filter((line) => line.trim() !== "");
  const said = lines.filter((line) => !/^(error: )?(Process exited with|update failed|running ")/.test(line.trim()));
  const causes = said.filter((line) => line.startsWith("error: "));
  const led = said.filter((line) => !line.startsWith("error: ")).slice(-tail);
  return [...new Set([...causes, ...led])];
}

/** In the words of the official plugin, those of its stand-in, and our own. */
const unreachableCluster =
  /Kubernetes cluster is unreachable|due to unreachable cluster|the cluster at \S+ cannot be reached|the cluster's API at \S+ does not answer/;

/** What failed: of a step on a machine, the machine's name. */
interface Failed {
  readonly stack: string;
  readonly command: string;
  readonly machine?: string;
}

/** The plugin's own words about a machine. On the way out no program runs, which would know what the stack's file says by now. */
function hintOnLogin(output: string, { stack, command, machine = "the machine" }: Failed): readonly string[] {
  const commands = new Commands(stack);
  const again = commands.make(command);
  const lost = `lost: true in its line under machines in Pulumi.${stack}.yaml`;
  const isLeft = `${lost}, and ${again} undoes nothing on it`;
  // Behind a bastion it is the bastion that says so, and a bastion that is silent itself is not the machine.
  if (/(?<!proxy: )after \d+ failed attempts: dial tcp|failed attempts: ssh: rejected: connect failed/.test(output)) {
    const gone = command === "destroy" ? `write ${isLeft}` : `write ${lost}, also where that line was taken out`;
    return [`hint: ${machine} does not answer: start it and run ${again} again; where it is gone for good, ${gone}`];
  }
  if (!/host key mismatch$/m.test(output)) return [];
  if (command !== "destroy") {
    return [
      "hint: if the machine was rebuilt, correct its hostKey in the stack's file; if not, something else answers in its place",
    ];
  }
  return [
    `hint: ${machine} is known by the host key in the state. If it was rebuilt, correct its hostKey in the stack's file, run`,
    `${commands.make("up")}, which sets it up again, and then ${again}; or write ${isLeft}.`,
    "If it was not, something else answers in its place",
  ];
}

/** What other programs' own words for common mistakes mean here, and the way out. */
function hint(output: string, failed: Failed): readonly string[] {
  const { stack } = failed;
  if (/network with name \S+ already exists|name "\S+" is already in use/.test(output)) {
    const network = `keelson-${stack}`;
    return [
      `hint: this computer has machines of a stack ${stack} that this checkout's state does not know: another checkout made`,
      "them, or the state was lost. Destroy them there, or name this stack differently. Remove what no state knows any more with",
      `  for name in $(docker ps --all --filter network=${network} --format '{{.Names}}'); do`,
      "    docker rm --force $name && docker volume rm $name",
      `  done; docker network rm ${network}`,
    ];
  }
  const login = hintOnLogin(output, failed);
  if (login.length > 0) return login;
  if (unreachableCluster.test(output)) {
    return [
      "hint: the cluster's API does not answer, and nothing in the cluster is lost by that. This reports which part fails, where and why:",
      new Commands(stack).make("doctor"),
    ];
  }
  if (/incorrect passphrase/.test(output)) {
    return [
      `hint: Pulumi.${stack}.yaml or the stack's state has secrets that another passphrase encrypted: set PULUMI_CONFIG_PASSPHRASE`,
      "to that one. A key's passphrase can be left out of the file instead, and be given as KEELSON_SSH_PASSPHRASE",
    ];
  }
  if (/Pool overlaps with other one/.test(output)) {
    return ["hint: another network of this computer has these addresses: set local.subnet to a subnet that is free"];
  }
  return [];
}

function ownErrors(progress: Progress): string {
  return [...new Set([...progress.errors.values()].flat().map(withoutPrefix))]
    .filter((text) => !/^(preview|update) failed$/.test(text))
    .join("\n");
}

function indented(lines: readonly string[]): string {
  return lines.map((line) => `  ${line}`).join("\n");
}
