import type * as pulumi from "@pulumi/pulumi";

import { labelOf, lengthsOf } from "../certificates";
import { authoritiesOf } from "../certificates/settings";
import { criSocket } from "../docker";
import { providersValues } from "../encryption";
import { nodeEndpoint } from "../endpoint";
import { certificateConfig } from "../etcd";
import { kubeletConfigFile } from "../kubelet";
import type { Machine } from "../machine";
import type { ScriptValue } from "../script";
import { componentFiles } from "./files";
import type { ControlPlaneArgs } from "./index";
import { asShown, corednsImage, kubeadmConfig, namesToHave, serverAddress, takesPods } from "./render";
import { writesAuditLog } from "./security";
import { filesDirectory } from "./settings";

/** What the script of a master reads. */
export function valuesFor(
  machine: Machine,
  args: ControlPlaneArgs,
): Readonly<Record<string, ScriptValue | pulumi.Output<string>>> {
  const { environment } = args;
  const lengths = lengthsOf(environment);
  return {
    KUBEADM_CONFIG: kubeadmConfig({ ...args, machine, etcdEndpoints: args.etcd.endpoints }),
    GOOD_UNTIL: args.etcd.goodUntil,
    VALIDITY: lengths.validity,
    LAST_CALL: lengths.lastCall,
    AUTHORITIES: labelOf(authoritiesOf(environment)),
    ...providersValues(environment, args.etcd.endpoints),
    TIMER: environment.certificates.timer,
    CERTIFICATE_CONFIG: certificateConfig(machine, environment.kubernetes.version, "/etc/kubernetes/pki"),
    CERTIFICATE_NAMES: namesToHave(environment, machine).map(asShown),
    CRI_SOCKET: criSocket(environment.kubernetes.runtime),
    COREDNS_IMAGE: corednsImage(args.artifacts),
    ENDPOINT: serverAddress(environment, machine),
    PROXY: nodeEndpoint,
    VIRTUAL_ADDRESS: environment.kubernetes.virtualAddress ?? "",
    KUBELET_CONFIG_FILE: kubeletConfigFile,
    FILES_DIRECTORY: filesDirectory,
    FILES: componentFiles(environment).map(({ path }) => path),
    IGNORED_CHECKS: machine.sharedKernel ? ",SystemVerification" : "",
    NODE: machine.name,
    AUDIT: writesAuditLog(environment),
    POD_SECURITY: environment.kubernetes.security.podSecurity.enforce,
    TAINTS: JSON.stringify(machine.config.taints ?? []),
    TAKES_PODS: takesPods(machine.config),
  };
}
