import { building, machinesGone, members, networks } from "./failures";
import type { Fault } from "./fault";
import { changing, hands } from "./hands";

/** In the order in which they are done to one cluster; it is built amid the first. */
export const faults: readonly Fault[] = [...building, ...machinesGone, ...networks, ...members, ...hands, ...changing];
