import { parseEnvironment } from "../../components/environment";
import { ConfigError } from "../../components/settings";

export const hostKey = "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIOuPxIx1/nsZ440kdhJuiR3K4roqyvLi+j/LCJqHJ5fl";
export const key = () => "-----BEGIN OPENSSH PRIVATE KEY-----\n";

export type Raw = Record<string, unknown>;

/** The lines below the first one of the error that a configuration ends in. */
export function problems(raw: Raw, readFile: (path: string) => string = key): readonly string[] {
  try {
    parseEnvironment(raw, { stack: "dev", directory: "/project", readFile });
    return [];
  } catch (error) {
    if (!(error instanceof ConfigError)) throw error;
    return error.message
      .split("\n")
      .slice(1)
      .map((line) => line.slice(2));
  }
}

export const master = { name: "m", roles: ["master", "etcd"] };
export const worker = { name: "w" };
export const local = (more: Raw = {}): Raw => ({ provider: "local", machines: [master, worker], ...more });
export const localMachine = (more: Raw): Raw => local({ machines: [master, { ...worker, ...more }] });
export const remoteMaster = { ...master, address: "192.0.2.1", ssh: { hostKey } };
export const remoteWorker = { ...worker, address: "192.0.2.2", ssh: { hostKey } };
export const remote = (more: Raw = {}): Raw => ({ provider: "ssh", machines: [remoteMaster, remoteWorker], ...more });
export const remoteMachine = (more: Raw): Raw => remote({ machines: [remoteMaster, { ...remoteWorker, ...more }] });
export const kubernetes = (more: Raw): Raw => local({ kubernetes: more });
