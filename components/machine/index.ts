export { anotherOf, isNode, named, type Machine } from "./machine";
export { Preflight, type Guard } from "./preflight";
export { sshMachines } from "../ssh/connection";
