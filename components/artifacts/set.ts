/** A file that is fetched for one processor. */
export interface Location {
  /** A URL, or a path on the machine. */
  readonly location: string;
  readonly sha256: string;
}

/** What `programs` installs: a program itself, or an archive with programs. */
export interface Artifact {
  readonly name: string;
  readonly kind: "binary" | "archive";
  /** Programs that are there when it is installed. */
  readonly provides: readonly string[];
  /** Where it is, by processor; a processor may be missing. */
  readonly locations: { readonly amd64?: Location; readonly arm64?: Location };
  /** An archive's files, whose folders may have "{arch}" in them; a binary's file name where it is not `name`. */
  readonly members: readonly string[];
}

/** Images in one file, loaded into the runtime. */
export interface ImageArchive extends Location {
  readonly name: string;
  readonly references: readonly string[];
}

/** Names of the images that the cluster is made of. */
export interface ImageNames {
  readonly pause: string;
  /** Where kubeadm finds the control plane and kube-proxy, "registry.k8s.io". */
  readonly repository: string;
  /** Where kubeadm finds "/coredns". */
  readonly corednsRepository: string;
  readonly corednsTag: string;
  readonly flannel: string;
  /** Image that brings flannel's CNI plugin; absent where it is one of the programs. */
  readonly flannelCni?: string;
}

/** Everything that a stack's machines install, with one place for each and its digest. */
export interface ArtifactSet {
  readonly artifacts: readonly Artifact[];
  /** The release of etcd among them, "3.6.14". */
  readonly etcd: string;
  readonly images: ImageNames;
  /** Where an image is that a chapter knows by the name under which it is published. */
  readonly image: (published: string) => string;
  /** Empty where images come from registries. */
  readonly imageArchives: readonly ImageArchive[];
}
