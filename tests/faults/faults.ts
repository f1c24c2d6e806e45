import { disks } from "./disks";
import { building, machinesGone, members, networks } from "./failures";
import type { Fault } from "./fault";
import { changing, hands } from "./hands";

/** In the order in which they are done to one cluster; it is built amid the first. */
export const faults: readonly Fault[] = [...[building, machinesGone, networks, members, disks, hands, changing].flat()];

/** What people report besides, and where it is shown, or why it is not. */
export const elsewhere: readonly { readonly name: string; readonly where: string }[] = [
  {
    name: "a download is truncated, missing, or another one",
    where: "shown by the suite `sources`, and by the script tests of `artifacts`",
  },
  {
    name: "a machine's network is cut for good",
    where: "shown by the suite `lost`: it is marked with `lost: true`, and another takes its place",
  },
  {
    name: "the clock of a machine is moved",
    where:
      "not done: local machines have one clock, this computer's. One whose clock is 30 s off is refused before it joins: of that there is a unit test (`pairs`)",
  },
];
