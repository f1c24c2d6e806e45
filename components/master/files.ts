import type { MasterSettings } from "./settings";
import type { ScriptFile } from "../script";
import { shortDigest } from "../script";
import { hardened } from "./security";

type Component = MasterSettings["kubernetes"]["scheduler"];
type File = Component["files"][number];

/** The files that the control plane reads, as they lie on every master. */
export function componentFiles(environment: MasterSettings): readonly ScriptFile[] {
  const { apiServer, controllerManager, scheduler } = hardened(environment);
  const files = [apiServer, controllerManager, scheduler].flatMap(({ files }) => files);
  // Components may read one and the same.
  const byPath = new Map(files.map((file) => [placeOf(file), file.content]));
  return [...byPath].map(([path, content]) => ({ path, content, mode: "0600" }));
}

/** Where those of them lie that are not the stack's own, which may have secrets in them. */
export function defaultFiles(environment: MasterSettings): readonly string[] {
  const { apiServer, controllerManager, scheduler } = environment.kubernetes;
  const given = new Set([apiServer, controllerManager, scheduler].flatMap(({ files }) => files).map(placeOf));
  return componentFiles(environment)
    .map(({ path }) => path)
    .filter((path) => !given.has(path));
}

/** Where a file lies on a master. Another text has another place, so that the component is one with other settings, and restarts. */
function placeOf({ path, content }: File): string {
  return `${path}.${shortDigest(content)}`;
}

/** What a component sees of its master, as kubeadm is told of it; nothing where there is nothing. */
export function extraVolumes({ extraVolumes, files }: Component): object {
  const volumes = [
    ...extraVolumes.map((volume) => ({ ...volume })),
    ...files.map((file) => ({
      name: `keelson-${shortDigest(file.path)}`,
      hostPath: placeOf(file),
      mountPath: file.path,
      readOnly: true,
      pathType: "File",
    })),
  ];
  return volumes.length > 0 ? { extraVolumes: volumes } : {};
}
