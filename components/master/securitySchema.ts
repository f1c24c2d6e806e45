import { z } from "zod";

import { encryption } from "../encryption/settings";
import { fields as f, show, type Contradiction, type Flags } from "../settings";

/** Who may do so without a name: kubelets, proxies and machines that join ask no more. */
export const anonymousPaths = [
  "/livez",
  "/readyz",
  "/healthz",
  "/api/v1/namespaces/kube-public/configmaps/cluster-info",
] as const;

/** Without which of them the server would be restarted for ever, be sent no requests, or no machine could join. */
const asking = {
  "/livez": "kubelets ask",
  "/readyz": "kubelets and proxies ask",
  "/api/v1/namespaces/kube-public/configmaps/cluster-info": "machines that join ask for",
} as const;

/** Namespaces whose pods make the cluster what it is. */
export const systemNamespaces = ["kube-system", "kube-flannel"] as const;

const level = z.enum(["privileged", "baseline", "restricted"]);

const podSecurity = z.strictObject({
  enforce: level
    .default("baseline")
    .describe("What a new pod may be at most, in a namespace that says nothing else by its label."),
  warn: level.default("restricted").describe("Whoever makes a pod that is more is warned, and the audit log notes it."),
  exemptNamespaces: f
    .list(f.dnsLabel())
    .default([])
    .describe(`Namespaces in which nothing is asked of pods, besides ${systemNamespaces.join(" and ")}.`),
});

/** What the API servers let in, and what they write down. */
export const security = z.strictObject({
  encryption: encryption.prefault({}).describe("How Secrets are kept in etcd, and in its backups."),
  audit: z
    .boolean()
    .default(true)
    .describe(
      "Requests are written to /var/log/kubernetes/audit/audit.log on each master: who did what, without the text of Secrets. " +
        "Another policy, and other limits, are flags of apiServer.extraArgs.",
    ),
  anonymousPaths: f
    .list(f.absolutePath())
    .superRefine((paths, context) => {
      for (const [path, who] of Object.entries(asking).filter(([path]) => !paths.includes(path))) {
        context.addIssue({ code: "custom", message: `lacks ${show(path)}, which ${who} without a name: add it` });
      }
    })
    .optional()
    .describe(
      `What may be asked of the API server without a certificate or token. The cluster itself needs ${Object.keys(asking).join(", ")}. Beside flags of the stack's own that say who is who (oidc-*, anonymous-auth, authentication-config) the servers are given no such list, and one that is given is refused.`,
    )
    .meta({ defaultsTo: anonymousPaths.map((path) => `\`${path}\``).join(", ") }),
  podSecurity: podSecurity
    .prefault({})
    .describe("Kubernetes' Pod Security Standards, where a namespace has no label of its own."),
  eventRateLimit: f
    .integer(0)
    .default(50)
    .describe("Events per second that one user, or one namespace, may make; twice as many at once. 0 is no limit."),
});

export type Security = z.output<typeof security>;

/** Flags beside which the server takes no file of ours about who is who, or which say it all. */
export const whoIsWho = /^(anonymous-auth|authentication-config|oidc-.*)$/;

interface Subject {
  readonly configuration: {
    readonly kubernetes: {
      readonly apiServer: { readonly extraArgs: Flags };
      readonly security: { readonly anonymousPaths?: readonly string[] };
    };
  };
}

/** A list of paths that no server would be given. */
export function* securityChecks({ configuration: { kubernetes } }: Subject): Generator<Contradiction> {
  const flag = Object.keys(kubernetes.apiServer.extraArgs).find((name) => whoIsWho.test(name));
  if (kubernetes.security.anonymousPaths === undefined || flag === undefined) return;
  const path = ["kubernetes", "security", "anonymousPaths"];
  const message = `has no effect beside kubernetes.apiServer.extraArgs.${flag}, with which the server is given no list of paths: leave it out, or say both in an AuthenticationConfiguration of your own in apiServer.files, with jwt and anonymous.conditions, which the flag authentication-config names in place of others`;
  yield { path, uses: [["kubernetes", "apiServer", "extraArgs"]], message };
}
