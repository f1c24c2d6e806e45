import { join } from "node:path";

/** Functions of a script, on a machine with a member of etcd, that takes a snapshot before something that cannot be taken back. */
export const snapshotScript = join(__dirname, "snapshot.sh");
