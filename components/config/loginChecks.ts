import { readFileSync } from "node:fs";

import type { Contradiction, Subject } from "./checks";
import { show } from "./show";

/** Contradictions in how machines are reached. */
export function* loginChecks(subject: Subject): Generator<Contradiction> {
  yield* sections(subject);
  if (subject.environment.provider !== "ssh") return;
  yield* hostKeys(subject);
  yield* privateKeys(subject);
  yield* servers(subject);
}

/** Sections that say something about the other kind of machines. */
function* sections({ configuration }: Subject): Generator<Contradiction> {
  const { provider, local, ssh, machines } = configuration;
  const uses = [["provider"]];
  if (provider === "ssh" && local) {
    yield { path: ["local"], uses, message: 'is for provider "local", and the provider is "ssh": leave it out' };
  }
  if (provider !== "local") return;
  const message = 'is for provider "ssh"; local machines are made with logins of their own: leave it out';
  if (ssh) yield { path: ["ssh"], uses, message };
  for (const [index, machine] of machines.entries()) {
    if (machine.ssh) yield { path: ["machines", index, "ssh"], uses, message };
  }
}

function* hostKeys({ configuration, environment }: Subject): Generator<Contradiction> {
  if (configuration.ssh?.hostKeyChecking === false) return;
  for (const [index, { ssh }] of environment.machines.entries()) {
    if (ssh.hostKey !== undefined) continue;
    const host = ssh.host === "" ? "HOST" : ssh.host;
    yield {
      path: ["machines", index, "ssh", "hostKey"],
      uses: [["provider"], ["ssh", "hostKeyChecking"]],
      message: `is missing: use what "ssh-keyscan -p ${ssh.port} -t ed25519 ${host}" prints after the host, once you know it to be right; or set ssh.hostKeyChecking to false to trust whoever answers`,
    };
  }
}

/** Each key file is looked at once, and named where the configuration names it. */
function* privateKeys({ configuration, environment, context }: Subject): Generator<Contradiction> {
  const seen = new Set<string>();
  for (const [index, { ssh }] of environment.machines.entries()) {
    if (seen.has(ssh.privateKeyFile)) continue;
    seen.add(ssh.privateKeyFile);
    const fault = faultOfKey(ssh.privateKeyFile, context.readFile ?? ((path) => readFileSync(path, "utf8")));
    if (fault === undefined) continue;
    const own = configuration.machines[index]?.ssh?.privateKeyFile;
    yield {
      path: own === undefined ? ["ssh", "privateKeyFile"] : ["machines", index, "ssh", "privateKeyFile"],
      uses: [["provider"]],
      message: `${show(ssh.privateKeyFile)} ${fault}`,
    };
  }
}

function faultOfKey(path: string, readFile: (path: string) => string): string | undefined {
  const way = "name a file with a private key that you can read";
  try {
    return readFile(path).includes("PRIVATE KEY-----") ? undefined : `has no private key in it: ${way}`;
  } catch (error) {
    const code = (error as NodeJS.ErrnoException).code ?? String(error);
    const fault = { ENOENT: "is not there", EACCES: "may not be read by you", EISDIR: "is a directory" }[code];
    return `${fault ?? `cannot be read (${code})`}: ${way}, or make one with ssh-keygen -t ed25519`;
  }
}

/** Two machines behind one SSH server are one machine. */
function* servers({ environment }: Subject): Generator<Contradiction> {
  const { machines } = environment;
  const server = ({ ssh }: (typeof machines)[number]) => `${ssh.host}:${ssh.port}`;
  for (const [index, machine] of machines.entries()) {
    const first = machines.findIndex((other) => server(other) === server(machine));
    // Equal addresses are a mistake of their own.
    if (first >= index || machines[first]?.address === machine.address) continue;
    yield {
      path: ["machines", index, "ssh", "host"],
      uses: [["machines", index, "ssh"], ["machines", first, "ssh"], ["ssh"]],
      message: `${server(machine)} is where machines[${first}] answers as well: give each machine an SSH server of its own`,
    };
  }
}
