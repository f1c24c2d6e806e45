import type { Diff } from "../plugin";
import { changedKeys, isObject, numberAt, type Properties, same, textAt, unknownValue } from "../properties";
import { readKubeconfig } from "./kubeconfig";

/** The provider's own configuration, and what a change of it means. */

/** What the provider was told. */
export interface Settings {
  /** The text of a kubeconfig; undefined while a preview cannot know it. */
  readonly kubeconfig: string | undefined;
  /** Where objects live that name no namespace. */
  readonly namespace: string;
  /** Longest wait for one answer of the API, seconds. */
  readonly timeout: number;
  /** Objects count as gone where the cluster cannot be reached. */
  readonly deleteUnreachable: boolean;
  /** Patches and updates take fields from other managers without being told to, object by object. */
  readonly patchForce: boolean;
  /** A create takes over an object that is there already. */
  readonly upsert: boolean;
  /** A change of data is made in place; without it, the object is rebuilt. */
  readonly mutable: { readonly configMap: boolean; readonly secret: boolean };
}

/** Longest wait for one answer unless `kubeClientSettings.timeout` says another, seconds. */
const defaultTimeout = 30;
const refusedSettings = ["alwaysRender", "cluster", "context", "renderYamlToDirectory", "skipUpdateUnreachable"];

/** Reads the configuration; throws for what the stand-in would silently do otherwise. */
export function readSettings(config: Properties): Settings {
  const refused = refusedSettings.filter((key) => ![undefined, null, "", "false", false].includes(config[key] as null));
  if (refused.length > 0) {
    throw new Error(`${refused.join(", ")}: not carried by the stand-in plugin; install the official one`);
  }
  const said = (key: string, variable: string): unknown => config[key] ?? process.env[variable];
  const flag = (key: string, variable: string): boolean => [true, "true"].includes(said(key, variable) as string);
  if ([false, "false"].includes(said("enableServerSideApply", "PULUMI_K8S_ENABLE_SERVER_SIDE_APPLY") as string)) {
    throw new Error("enableServerSideApply: false is not carried by the stand-in plugin; install the official one");
  }
  const kubeconfig = textAt(config, "kubeconfig");
  return {
    kubeconfig: kubeconfig === unknownValue ? undefined : kubeconfig,
    namespace: textAt(config, "namespace") ?? "default",
    // `qps` and `burst` are limits for clients of many objects; there are few here.
    timeout: numberAt(nested(config["kubeClientSettings"]), "timeout") ?? defaultTimeout,
    deleteUnreachable: flag("deleteUnreachable", "PULUMI_K8S_DELETE_UNREACHABLE"),
    patchForce: flag("enablePatchForce", "PULUMI_K8S_ENABLE_PATCH_FORCE"),
    upsert: flag("upsertExistingObjects", "PULUMI_K8S_UPSERT_EXISTING_OBJECTS"),
    mutable: {
      configMap: flag("enableConfigMapMutable", "PULUMI_K8S_ENABLE_CONFIGMAP_MUTABLE"),
      secret: flag("enableSecretMutable", "PULUMI_K8S_ENABLE_SECRET_MUTABLE"),
    },
  };
}

/**
 * Another cluster replaces everything in it. Which cluster it is says `clusterIdentifier` alone where it is given;
 * without it, the address and authority of the kubeconfig do, and one that is not known yet may be another cluster.
 */
export function diffSettings(olds: Properties, news: Properties): Diff {
  const [before, now] = [textAt(olds, "clusterIdentifier"), textAt(news, "clusterIdentifier")];
  const identified = before !== undefined && now !== undefined && before !== now ? ["clusterIdentifier"] : [];
  const sameIdentifier = before !== undefined && before === now;
  if (news["kubeconfig"] === unknownValue) {
    // As the official plugin, which then looks no further.
    return { changes: ["kubeconfig"], replaces: sameIdentifier ? [] : [...identified, "kubeconfig"] };
  }
  const changes = changedKeys(olds, news);
  const another = changes.includes("kubeconfig") && !sameCluster(olds["kubeconfig"], news["kubeconfig"]);
  return { changes, replaces: sameIdentifier ? [] : [...identified, ...(another ? ["kubeconfig"] : [])] };
}

function sameCluster(one: unknown, other: unknown): boolean {
  if (typeof one !== "string" || typeof other !== "string" || [one, other].includes(unknownValue)) return false;
  try {
    const [{ server: oneServer, tls: oneTls }, { server, tls }] = [readKubeconfig(one), readKubeconfig(other)];
    return oneServer.href === server.href && same(oneTls.ca, tls.ca);
  } catch {
    return false;
  }
}

/** Nested settings arrive as JSON text. */
function nested(value: unknown): Properties {
  const settings: unknown = typeof value === "string" && value !== unknownValue ? JSON.parse(value) : value;
  return isObject(settings) ? settings : {};
}
