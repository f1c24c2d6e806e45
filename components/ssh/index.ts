export { loginArgs } from "./connection";
export { onceKnown } from "./known";
export { login, sshConfig, type SshConfig, type SshLogin } from "./login";
export { loginChecks } from "./loginChecks";
export { kindOfKey } from "./privateKey";
export {
  bastionName,
  unreachable,
  unreachableMessage,
  wordsFor,
  type FirstHop,
  type Unreachable,
} from "./reachability";
export { ask, Session, sshLogin, withEach, type Answer, type Login } from "./session";
