export type { ScriptFile, ScriptValue } from "./compose";
export { onlyIf, type Effects } from "./hooks";
export { composeLook, foundScript, packageScripts, unitsScript } from "./compose";
export { shortDigest } from "./digest";
export { HostScript, type HostScriptArgs } from "./hostScript";
export type { Again, Seen } from "./seen";
export { yaml } from "./yaml";
