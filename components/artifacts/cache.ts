import { homedir } from "node:os";
import { join } from "node:path";

/** The bundle of artifacts on this computer, which `make up` builds for local machines. */
export function bundleDirectory(): string {
  const cache = process.env.KEELSON_CACHE ?? join(process.env.XDG_CACHE_HOME ?? join(homedir(), ".cache"), "keelson");
  return join(cache, "bundle");
}
