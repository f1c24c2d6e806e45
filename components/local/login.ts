import type { LocalSettings } from "./settings";
import type { Login } from "../ssh";
import type { Builds } from "./builds";
import { existingKeyPair, hostKeyFile, loginKeyFile } from "./keys";

/** How to log in on a local machine that is there. */
export function localLogin({ stack, machines }: LocalSettings, name: string): Login {
  const address = machines.find((machine) => machine.name === name)?.address ?? "";
  const { publicKey: hostKey } = existingKeyPair(hostKeyFile(stack, name));
  const { privateKey } = existingKeyPair(loginKeyFile(stack));
  return { host: address, port: 22, user: "keelson", privateKey, hostKey };
}

/** How to log in on the local machines that are there and stay; absent where a stack's machines are others. */
export function loginsHere(
  environment: LocalSettings,
  builds: Builds,
): ((name: string) => Login | undefined) | undefined {
  if (environment.provider !== "local") return undefined;
  return (name) => (builds.get(name)?.stays ? localLogin(environment, name) : undefined);
}
