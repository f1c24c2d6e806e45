import { etcdMembersOf } from "../machine";
import type { EtcdSettings } from "./settings";
import { ask, type Login } from "../ssh";

/** Asks members of etcd, each on its own machine, whether they are well; gives what is wrong with those that are not. */
export function memberHealth(
  environment: EtcdSettings,
  login: (name: string) => Login,
): (names: readonly string[]) => Promise<readonly string[]> {
  const command = healthCommand(environment.etcd.clientPort);
  return async (names) => {
    const members = etcdMembersOf(environment).filter(({ name }) => names.includes(name));
    const found = members.map(async ({ name }) => {
      try {
        const { status, output } = await ask(login(name), command);
        return status === 0 ? [] : [`the member of etcd on ${name} is not healthy: ${lastLine(output)}`];
      } catch (error) {
        return [`${name} does not answer: ${error instanceof Error ? error.message : String(error)}`];
      }
    });
    return (await Promise.all(found)).flat();
  };
}

/**
 * A read that a quorum has to agree to, so a member that is cut off from the others is not well either. With an environment of its own:
 * etcdctl does nothing where it has a setting from both a flag and that.
 */
function healthCommand(clientPort: number): string {
  const pki = "/etc/etcd/pki/etcd";
  return [
    `env -i /usr/local/bin/etcdctl --endpoints=https://127.0.0.1:${clientPort} --command-timeout=5s`,
    `--cacert=${pki}/ca.crt --cert=${pki}/healthcheck-client.crt --key=${pki}/healthcheck-client.key endpoint health`,
  ].join(" ");
}

const lastLine = (text: string) => text.split("\n").at(-1) ?? "";
