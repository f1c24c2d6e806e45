export { anotherOf, isNode, named, type FirstHop, type Machine } from "./machine";
export type { ScriptFile, ScriptValue } from "./compose";
export { onlyIf, type Effects } from "./beforeRun";
export { packagesScript, unitsScript } from "./compose";
export { HostScript, type HostScriptArgs } from "./hostScript";
export { Preflight, type Guard } from "./preflight";
export { ask, type Answer, type Login } from "./session";
export { sshMachines } from "./ssh";
export { yaml } from "./yaml";
