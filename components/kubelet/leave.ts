import { join } from "node:path";

import { foundScript } from "../script";

/** Functions of a script that takes its machine out of the cluster. */
export const leaveScripts: readonly string[] = [foundScript, join(__dirname, "leave.sh")];
