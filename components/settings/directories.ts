/** Whether a directory is in memory, or its old files are deleted. Source: file-hierarchy(7); tmpfiles.d(5). */
export const isFleeting = (path: string): boolean => /^\/+((var\/)?run|dev|proc|sys|(var\/)?tmp)(\/|$)/.test(path);

/** Patterns of directories in which programs of the cluster keep what is theirs. */
export const directoriesOfPrograms: readonly string[] = [
  "^/opt/(cni|containerd|keelson)(/|$)",
  "^/var/log/(pods|containers)(/|$)",
  "^/var/lib/(keelson|kubelet|containerd|cri-dockerd|cni)(/|$)",
];
