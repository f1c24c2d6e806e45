export { loginArgs } from "./connection";
export { anotherKeyWords, BastionError, isForNow, kindOf, silenceOf, type Silence } from "./failures";
export { contentOf } from "./keyChecks";
export { onceKnown } from "./known";
export { login, sshConfig, type SshConfig, type SshLogin } from "./login";
export { loginChecks } from "./loginChecks";
export { kindOfKey, shortest } from "./privateKey";
export {
  bastionName,
  dialTime,
  unreachable,
  unreachableMessage,
  wordsFor,
  type FirstHop,
  type Unreachable,
} from "./reachability";
export {
  answerOf,
  ask,
  Session,
  sshLogin,
  throughBastion,
  withEach,
  type Answer,
  type Login,
  type Patience,
} from "./session";
