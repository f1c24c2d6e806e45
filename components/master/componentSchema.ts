import { z } from "zod";

import { fields as f, repeatableFlags, type Owned } from "../settings";

/** Where the components of the control plane find the stack's files. */
export const filesDirectory = "/etc/kubernetes/keelson";

/** What kubeadm itself mounts, by these names. Source: kubeadm, app/phases/controlplane/volumes.go. */
const kubeadmsVolumes = [
  "k8s-certs",
  "ca-certs",
  "etc-pki",
  "etc-pki-ca-trust",
  "etc-pki-tls-certs",
  "etc-ca-certificates",
  "usr-share-ca-certificates",
  "usr-local-share-ca-certificates",
  "kubeconfig",
  "flexvolume-dir",
];

const volume = z.strictObject({
  name: f
    .dnsLabel()
    .refine((name) => !kubeadmsVolumes.includes(name), {
      error: ({ input }) => `"${String(input)}" is the name of a volume of kubeadm's own: use another`,
    })
    .describe("Name of the volume; no other of the component has it."),
  hostPath: f.absolutePath().describe("The file or directory on the masters."),
  mountPath: f
    .absolutePath()
    .refine((path) => !["/etc", "/etc/kubernetes", "/etc/kubernetes/pki", "/etc/ssl/certs"].includes(path), {
      error: ({ input }) => `"${String(input)}" would hide what kubeadm mounts: use another path`,
    })
    .describe("Where the component finds it."),
  readOnly: z.boolean().default(false).describe("The component cannot write there."),
  pathType: z
    .enum(["DirectoryOrCreate", "Directory", "FileOrCreate", "File", "Socket", "CharDevice", "BlockDevice"])
    .optional()
    .describe("What must be there on the masters, or is made.")
    .meta({ defaultsTo: "nothing is looked at; a directory is made where there is nothing" }),
});

const file = z.strictObject({
  path: f
    .text(
      "a path under `/etc/kubernetes/keelson/`",
      (path) => path.startsWith(`${filesDirectory}/`) && f.absolutePath().safeParse(path).success,
      "is no path of a file there",
      `use a path under ${filesDirectory}/, as in "${filesDirectory}/audit-policy.yaml"`,
    )
    .describe("Where the component finds the file: what a flag of it names."),
  content: z.string().optional().describe("The text of the file."),
  contentFile: f
    .file()
    .optional()
    .describe(
      "A file on this computer with the text, instead of content: for what is not to be in the stack's file. The state keeps it encrypted.",
    ),
});

/** A component of the control plane: its flags, and the files that they name. */
export function componentFields(name: string, owned: Owned) {
  return {
    extraArgs: repeatableFlags(owned).describe(`Additional flags of ${name}; a list gives one of them several times.`),
    extraVolumes: z
      .array(volume)
      .default([])
      .describe(`Files and directories of the masters that are mounted into ${name}, besides those of kubeadm.`),
    files: z
      .array(file)
      .default([])
      .describe(
        `Files that are written to the masters for ${name}, which restarts when their text changes, one master at a time.`,
      ),
  };
}
