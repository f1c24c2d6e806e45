import { join } from "node:path";

import { leavesScript, renewalScripts, trustScript } from "../certificates";
import { providersScript } from "../encryption";
import { yieldScripts } from "../endpoint";
import { certificatesScript } from "../etcd";
import { kubeletUnitScripts, leaveScripts } from "../kubelet";

const own = (...files: readonly string[]) => files.map((file) => join(__dirname, file));

/** Functions of a script that runs kubeadm on a master. */
export const kubeadmScripts = own("api.sh", "kubeadm.sh");

/** Functions of a script that changes a master's manifests. */
export const manifestScripts = [...yieldScripts, ...own("kubelets.sh", "manifests.sh")];

/** Functions of the script by which an API server takes only kubelets of the cluster's authority. */
export const kubeletTrustScripts = [...own("api.sh"), ...manifestScripts];

/** Functions that the script of a master calls. */
export const masterScripts: readonly string[] = [
  ...[
    leavesScript,
    trustScript,
    certificatesScript,
    providersScript,
    ...renewalScripts,
    ...leaveScripts,
    ...kubeletUnitScripts,
  ],
  ...[...kubeadmScripts, ...manifestScripts, ...own("changes.sh", "asNode.sh")],
];
