export { anotherOf, named, type FirstHop, type Machine } from "./machine";
export type { ScriptFile, ScriptValue } from "./compose";
export { HostScript, type HostScriptArgs } from "./hostScript";
export { Preflight } from "./preflight";
export { unreachable, unreachableMessage, type Patience, type Unreachable } from "./reachability";
export { sshMachines } from "./ssh";
export { yaml } from "./yaml";
