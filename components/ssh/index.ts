export { onceKnown } from "./known";
export { kindOfKey } from "./privateKey";
export type { SshConfig, SshLogin } from "./login";
export { wordsFor } from "./reachability";
export { ask, Session, type Answer, type Login } from "./session";
