import type { Environment } from "../config";
import type { Login } from "../machine";
import { existingKeyPair, hostKeyFile, loginKeyFile } from "./keys";

/** How to log in on a local machine that is there. */
export function localLogin({ stack, machines }: Environment, name: string): Login {
  const address = machines.find((machine) => machine.name === name)?.address ?? "";
  const { publicKey: hostKey } = existingKeyPair(hostKeyFile(stack, name));
  const { privateKey } = existingKeyPair(loginKeyFile(stack));
  return { host: address, port: 22, user: "keelson", privateKey, hostKey };
}
