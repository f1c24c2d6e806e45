import { encryptionFlag, encryptionOf, providersDirectory, providersFile } from "../encryption/settings";
import { servesSigned } from "../kubelet";
import { cipherSuites, yaml } from "../script";
import { anonymousPaths, whoIsWho } from "./securitySchema";
import { filesDirectory, systemNamespaces, type MasterSettings } from "./settings";

type Kubernetes = MasterSettings["kubernetes"];
type Component = Kubernetes["scheduler"];
type Flags = Component["extraArgs"];

export const auditLog = "/var/log/kubernetes/audit/audit.log";

/** The control plane as it is to be: what the stack says, and where it says nothing, what is safe. */
export function hardened(
  environment: MasterSettings,
): Pick<Kubernetes, "apiServer" | "controllerManager" | "scheduler"> {
  const { apiServer, controllerManager, scheduler } = environment.kubernetes;
  return {
    apiServer: { ...apiServer, ...hardenedServer(environment) },
    controllerManager: {
      ...controllerManager,
      extraArgs: { profiling: "false", "terminated-pod-gc-threshold": "1000", ...controllerManager.extraArgs },
    },
    scheduler: { ...scheduler, extraArgs: { profiling: "false", ...scheduler.extraArgs } },
  };
}

function hardenedServer(environment: MasterSettings): Component {
  const { extraArgs: given, extraVolumes, files } = environment.kubernetes.apiServer;
  const parts: readonly Component[] = [audit, anonymous, admission, encryption].map((part) => part(environment, given));
  return {
    extraArgs: {
      profiling: "false",
      "service-account-extend-token-expiration": "false",
      "tls-min-version": "VersionTLS12",
      ...(servesSigned(environment) ? { "kubelet-certificate-authority": "/etc/kubernetes/pki/ca.crt" } : {}),
      "tls-cipher-suites": cipherSuites.join(),
      ...Object.fromEntries(parts.flatMap(({ extraArgs }) => Object.entries(extraArgs))),
      ...given,
      ...plugins(environment, given),
    },
    extraVolumes: [...extraVolumes, ...parts.flatMap(({ extraVolumes }) => extraVolumes)],
    files: [...files, ...parts.flatMap(({ files }) => files)],
  };
}

const nothing: Component = { extraArgs: {}, extraVolumes: [], files: [] };

/** A flag of the stack's own, and a file of ours where it names none. */
function file(flag: string, given: Flags, name: string, content: object): Component {
  if (Object.hasOwn(given, flag)) return nothing;
  const path = `${filesDirectory}/default-${name}.yaml`;
  return { ...nothing, extraArgs: { [flag]: path }, files: [{ path, content: yaml(content) }] };
}

function audit({ kubernetes: { security } }: MasterSettings, given: Flags): Component {
  if (!security.audit) return nothing;
  const policy = file("audit-policy-file", given, "audit-policy", auditPolicy);
  const limits = { "audit-log-maxage": "30", "audit-log-maxbackup": "10", "audit-log-maxsize": "100" };
  // Another place is its user's to mount.
  if (Object.hasOwn(given, "audit-log-path")) {
    return { ...policy, extraArgs: { ...limits, ...policy.extraArgs } };
  }
  const directory = auditLog.slice(0, auditLog.lastIndexOf("/"));
  return {
    extraArgs: { "audit-log-path": auditLog, ...limits, ...policy.extraArgs },
    files: policy.files,
    extraVolumes: [
      {
        name: "keelson-audit-log",
        hostPath: directory,
        mountPath: directory,
        readOnly: false,
        pathType: "DirectoryOrCreate",
      },
    ],
  };
}

/** Whether the servers write where this program makes a place for it. */
export function writesAuditLog(environment: MasterSettings): boolean {
  return hardened(environment).apiServer.extraArgs["audit-log-path"] === auditLog;
}

/** Whether the servers take kubelets by the flag that this program sets. */
export function trustsSigned(environment: MasterSettings): boolean {
  return servesSigned(environment) && !("kubelet-certificate-authority" in environment.kubernetes.apiServer.extraArgs);
}

/** Source: Kubernetes documentation, "Auditing". What comes first counts. */
const auditPolicy = {
  apiVersion: "audit.k8s.io/v1",
  kind: "Policy",
  omitStages: ["RequestReceived"],
  omitManagedFields: true,
  rules: [
    // Health, and what nodes and controllers say all the time.
    { level: "None", nonResourceURLs: ["/healthz*", "/livez*", "/readyz*", "/version", "/openapi/*"] },
    { level: "None", resources: [{ group: "", resources: ["events"] }, { group: "events.k8s.io" }] },
    { level: "None", resources: [{ group: "coordination.k8s.io", resources: ["leases"] }] },
    {
      level: "None",
      userGroups: ["system:nodes"],
      verbs: ["get", "list", "watch", "patch", "update"],
      resources: [{ group: "", resources: ["nodes", "nodes/status", "pods/status"] }],
    },
    {
      level: "None",
      users: [
        "system:kube-controller-manager",
        "system:kube-scheduler",
        "system:serviceaccount:kube-system:kube-proxy",
      ],
      verbs: ["get", "list", "watch"],
    },
    // Their text is nothing for a log.
    {
      level: "Metadata",
      resources: [
        { group: "", resources: ["secrets", "configmaps", "serviceaccounts/token"] },
        { group: "authentication.k8s.io", resources: ["tokenreviews"] },
        { group: "certificates.k8s.io", resources: ["certificatesigningrequests"] },
      ],
    },
    {
      level: "RequestResponse",
      verbs: ["create", "update", "patch", "delete"],
      resources: [{ group: "rbac.authorization.k8s.io" }],
    },
    { level: "Metadata" },
  ],
};

function anonymous({ kubernetes: { security } }: MasterSettings, given: Flags): Component {
  if (Object.keys(given).some((flag) => whoIsWho.test(flag))) return nothing;
  return file("authentication-config", given, "authentication", {
    apiVersion: "apiserver.config.k8s.io/v1",
    kind: "AuthenticationConfiguration",
    anonymous: { enabled: true, conditions: (security.anonymousPaths ?? anonymousPaths).map((path) => ({ path })) },
  });
}

function admission({ kubernetes: { security } }: MasterSettings, given: Flags): Component {
  const { enforce, warn, exemptNamespaces } = security.podSecurity;
  const limits = ["Namespace", "User"].map((type) => ({
    ...{ type, qps: security.eventRateLimit, burst: 2 * security.eventRateLimit, cacheSize: 4096 },
  }));
  const levels = { enforce, audit: warn, warn };
  const versions = Object.keys(levels).map((mode) => [`${mode}-version`, "latest"]);
  return file("admission-control-config-file", given, "admission", {
    apiVersion: "apiserver.config.k8s.io/v1",
    kind: "AdmissionConfiguration",
    plugins: [
      {
        name: "PodSecurity",
        configuration: {
          apiVersion: "pod-security.admission.config.k8s.io/v1",
          kind: "PodSecurityConfiguration",
          defaults: { ...levels, ...(Object.fromEntries(versions) as object) },
          exemptions: { usernames: [], runtimeClasses: [], namespaces: [...systemNamespaces, ...exemptNamespaces] },
        },
      },
      ...(security.eventRateLimit === 0
        ? []
        : [
            {
              name: "EventRateLimit",
              configuration: { apiVersion: "eventratelimit.admission.k8s.io/v1alpha1", kind: "Configuration", limits },
            },
          ]),
    ],
  });
}

/** The file is no part of the server's settings: it reads another anew, and does not restart. */
function encryption(environment: MasterSettings): Component {
  if (!encryptionOf(environment)) return nothing;
  const directory = { hostPath: providersDirectory, mountPath: providersDirectory };
  return {
    ...nothing,
    extraArgs: { [encryptionFlag]: providersFile, [`${encryptionFlag}-automatic-reload`]: "true" },
    extraVolumes: [{ name: "keelson-encryption", ...directory, readOnly: true, pathType: "Directory" }],
  };
}

/** kubeadm's own is gone where the flag is given, so that what the stack asks for comes to it. */
function plugins({ kubernetes: { security } }: MasterSettings, given: Flags): Flags {
  const asked = [given["enable-admission-plugins"] ?? []].flat().flatMap((value) => value.split(","));
  const off = [given["disable-admission-plugins"] ?? []].flat().flatMap((value) => value.split(","));
  // Without its settings, which are in our file, it would not start.
  const limits = security.eventRateLimit > 0 && !Object.hasOwn(given, "admission-control-config-file");
  const all = ["NodeRestriction", ...(limits ? ["EventRateLimit"] : []), ...asked.map((name) => name.trim())];
  const wanted = [...new Set(all)].filter((name) => name !== "" && !off.includes(name));
  return { "enable-admission-plugins": wanted.join() };
}
