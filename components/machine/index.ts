export { anotherOf, isNode, named, type Machine } from "./machine";
export { Preflight, type Guard } from "./preflight";
export { etcdMembersOf, having, mastersOf, workersOf, type MachineConfig } from "./roles";
export { sshMachines } from "./ssh";
