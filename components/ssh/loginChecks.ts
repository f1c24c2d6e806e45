import type { Contradiction } from "../settings";
import { keyChecks, type Subject } from "./keyChecks";

/** Contradictions in how machines are reached. */
export function* loginChecks(subject: Subject): Generator<Contradiction> {
  if (subject.configuration.provider !== "ssh") return;
  yield* hostKeys(subject);
  yield* keyChecks(subject);
  yield* servers(subject);
}

function* hostKeys({ configuration, environment }: Subject): Generator<Contradiction> {
  if (configuration.ssh?.hostKeyChecking === false) return;
  const { bastion } = environment.ssh;
  const logins = [
    ...(bastion ? [{ login: bastion, path: ["ssh", "bastion"] }] : []),
    ...environment.machines.map(({ ssh: login }, index) => ({ login, path: ["machines", index, "ssh"] })),
  ];
  for (const { login, path } of logins) {
    if (login.hostKey !== undefined) continue;
    const host = login.host === "" ? "HOST" : login.host;
    yield {
      path: [...path, "hostKey"],
      uses: [["provider"], ["ssh", "hostKeyChecking"]],
      message: `is missing: use what "ssh-keyscan -p ${login.port} -t ed25519 ${host}" prints after the host, once you know it to be right; or set ssh.hostKeyChecking to false to trust whoever answers`,
    };
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
