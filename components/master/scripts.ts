import { join } from "node:path";

import { leavesScript, renewalScripts, trustScript } from "../certificates";
import { yieldScript } from "../endpoint";
import { certificatesScript } from "../etcd";
import { kubeletUnitScripts, leaveScripts } from "../kubelet";

/** Functions of a script that runs kubeadm on a master. */
export const kubeadmScript = join(__dirname, "kubeadm.sh");

/** Functions that the script of a master calls. */
export const masterScripts: readonly string[] = [
  ...[leavesScript, trustScript, certificatesScript, ...renewalScripts, ...leaveScripts, ...kubeletUnitScripts],
  ...[kubeadmScript, yieldScript, join(__dirname, "manifests.sh")],
];
