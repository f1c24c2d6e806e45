import { show, type Context, type Contradiction, type Path } from "../settings";
import { readableFile } from "./componentFiles";
import type { Components } from "./settings";

interface Subject {
  readonly configuration: { readonly kubernetes: Components };
  readonly context: Context;
}

/** The components of the control plane, by their names in the configuration. */
export const components = {
  apiServer: "kube-apiserver",
  controllerManager: "kube-controller-manager",
  scheduler: "kube-scheduler",
} as const;

type Component = keyof typeof components;

const pairs = ["tls-sni-cert-key"];
const serving = ["tls-cert-file", "tls-private-key-file", "client-ca-file", "requestheader-client-ca-file", ...pairs];

/** Flags that name files which must be there. Source: Kubernetes reference documentation, "Command line tools". */
const fileFlags: Readonly<Record<Component, readonly string[]>> = {
  apiServer: [
    ...["admission-control-config-file", "audit-policy-file", "audit-webhook-config-file", "authentication-config"],
    ...["authentication-token-webhook-config-file", "authorization-config", "authorization-policy-file"],
    ...["authorization-webhook-config-file", "egress-selector-config-file", "encryption-provider-config"],
    ...["kubelet-certificate-authority", "oidc-ca-file", "peer-ca-file", "token-auth-file", "tracing-config-file"],
    ...pairs,
  ],
  controllerManager: serving,
  scheduler: ["config", ...serving],
};

const trusted = [
  ...["/etc/kubernetes/pki", "/etc/ssl/certs", "/etc/pki/ca-trust", "/etc/pki/tls/certs", "/etc/ca-certificates"],
  ...["/usr/share/ca-certificates", "/usr/local/share/ca-certificates"],
];

/** What kubeadm mounts. Source: kubeadm, app/phases/controlplane/volumes.go. */
const mounted: Readonly<Record<Component, readonly string[]>> = {
  apiServer: trusted,
  controllerManager: [...trusted, "/etc/kubernetes/controller-manager.conf"],
  scheduler: ["/etc/kubernetes/scheduler.conf"],
};

/** Contradictions between the flags of the control plane and the files that it is given. */
export function* componentChecks(subject: Subject): Generator<Contradiction> {
  for (const component of Object.keys(components) as Component[]) {
    yield* contents(component, subject);
    yield* twice(component, subject);
    yield* unseen(component, subject);
    yield* fleeting(component, subject);
  }
}

function* contents(component: Component, { configuration, context }: Subject): Generator<Contradiction> {
  for (const [index, { content, contentFile }] of configuration.kubernetes[component].files.entries()) {
    const path: Path = ["kubernetes", component, "files", index];
    if ((content === undefined) === (contentFile === undefined)) {
      const what = content === undefined ? "has neither content nor contentFile" : "has both content and contentFile";
      yield { path, message: `${what}: give one of them` };
    } else if (contentFile !== undefined) {
      const { fault } = readableFile(contentFile, context);
      if (fault !== undefined) yield { path: [...path, "contentFile"], message: `${show(contentFile)} ${fault}` };
    }
  }
}

/** Kubernetes refuses a pod with two volumes of one name, or at one path. */
function* twice(component: Component, { configuration }: Subject): Generator<Contradiction> {
  const { extraVolumes, files } = configuration.kubernetes[component];
  const base: Path = ["kubernetes", component];
  const names = extraVolumes.map(({ name }, index) => ({ path: [...base, "extraVolumes", index, "name"], text: name }));
  const mounts = extraVolumes.map(({ mountPath }, index) => ({
    path: [...base, "extraVolumes", index, "mountPath"],
    text: mountPath,
  }));
  const paths = files.map(({ path }, index) => ({ path: [...base, "files", index, "path"], text: path }));
  for (const group of [names, [...mounts, ...paths]]) {
    for (const [index, { path, text }] of group.entries()) {
      const first = group.findIndex((other) => other.text === text);
      if (first < index) yield { path, message: `${show(text)} is there twice: use each once` };
    }
  }
  for (const { path, text } of paths) {
    const inside = paths.find((other) => other.text.startsWith(`${text}/`));
    if (inside) {
      yield { path, message: `${show(text)} is a file, and ${show(inside.text)} would lie in it: use another path` };
    }
  }
}

function* unseen(component: Component, { configuration }: Subject): Generator<Contradiction> {
  const { extraArgs, extraVolumes, files } = configuration.kubernetes[component];
  const seen = [
    ...mounted[component],
    ...extraVolumes.map(({ mountPath }) => mountPath),
    ...files.map(({ path }) => path),
  ];
  for (const flag of fileFlags[component]) {
    const value = Object.hasOwn(extraArgs, flag) ? (extraArgs[flag] ?? []) : [];
    for (const one of typeof value === "string" ? [value] : value) {
      const hidden = namedFiles(flag, one).find((file) => !seen.some((path) => `${file}/`.startsWith(`${path}/`)));
      if (hidden === undefined) continue;
      const at = `kubernetes.${component}`;
      yield {
        path: ["kubernetes", component, "extraArgs", flag],
        uses: [
          ["kubernetes", component, "files"],
          ["kubernetes", component, "extraVolumes"],
        ],
        message: `${show(hidden)} is a file that ${components[component]} does not see: give its text in ${at}.files, or mount it with ${at}.extraVolumes`,
      };
    }
  }
}

/** What a component writes into its own container goes with that. */
function* fleeting(component: Component, { configuration }: Subject): Generator<Contradiction> {
  const { extraArgs, extraVolumes } = configuration.kubernetes[component];
  const kept = extraVolumes.filter(({ readOnly }) => !readOnly).map(({ mountPath }) => mountPath);
  for (const log of Object.hasOwn(extraArgs, "audit-log-path") ? [extraArgs["audit-log-path"] ?? []].flat() : []) {
    if (["", "-"].includes(log) || kept.some((path) => log.startsWith(`${path}/`))) continue;
    yield {
      path: ["kubernetes", component, "extraArgs", "audit-log-path"],
      uses: [["kubernetes", component, "extraVolumes"]],
      message: `${show(log)} is in the server's container, and goes with it at each restart: mount its directory with kubernetes.${component}.extraVolumes, so that it can be written, or leave it out`,
    };
  }
}

/** The files that a value names; "CERTIFICATE,KEY:NAME,..." are two. */
function namedFiles(flag: string, value: string): readonly string[] {
  if (value === "") return [];
  return pairs.includes(flag) ? (value.split(":")[0] ?? "").split(",") : [value];
}
