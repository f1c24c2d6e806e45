export { anotherOf, named, type Machine } from "./machine";
export type { ScriptFile, ScriptValue } from "./compose";
export { HostScript, type HostScriptArgs } from "./hostScript";
export { Preflight } from "./preflight";
export { sshMachines } from "./ssh";
export { yaml } from "./yaml";
