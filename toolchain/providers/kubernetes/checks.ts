import { randomBytes } from "node:crypto";

import type { Checked } from "../plugin";
import { objectAt, type Properties, textAt } from "../properties";
import { annotation, autonamed, isAutonamed } from "./annotations";
import { withoutEmpty } from "./empty";

/** What is looked at before an object is planned: its name, and requests that would be silently ignored. */

/** Kinds that live in no namespace, of those that come with the API. Source: Kubernetes API reference. */
const clusterScoped = new Set(
  [
    "APIService CertificateSigningRequest ClusterRole ClusterRoleBinding CSIDriver CSINode CustomResourceDefinition",
    "FlowSchema IngressClass MutatingWebhookConfiguration Namespace Node PersistentVolume PriorityClass",
    "PriorityLevelConfiguration RuntimeClass StorageClass ValidatingAdmissionPolicy ValidatingAdmissionPolicyBinding",
    "ValidatingWebhookConfiguration VolumeAttachment",
  ].flatMap((words) => words.split(" ")),
);

/** Checks the fields of an object. One without a name gets the one it had, or one of the resource's name. */
export function checkObject(
  given: Properties,
  oldInputs: Properties,
  resourceName: string,
  namespace: string,
): Checked {
  const inputs = placed(withoutEmpty(given), namespace);
  const metadata = objectAt(inputs, "metadata");
  const failures = notCarried(inputs);
  if (metadata["name"] !== undefined) return { inputs, failures };
  const had = isAutonamed(oldInputs) ? textAt(objectAt(oldInputs, "metadata"), "name") : undefined;
  const name = had ?? `${resourceName}-${randomBytes(4).toString("hex")}`;
  const annotations = { ...objectAt(metadata, "annotations"), [autonamed]: "true" };
  return { inputs: { ...inputs, metadata: { ...metadata, name, annotations } }, failures };
}

/** The object with the namespace that the provider means where nobody says one. */
function placed(inputs: Properties, namespace: string): Properties {
  const metadata = objectAt(inputs, "metadata");
  const isPlaced = metadata["namespace"] !== undefined || clusterScoped.has(textAt(inputs, "kind") ?? "");
  return isPlaced ? inputs : { ...inputs, metadata: { ...metadata, namespace } };
}

/** Checks a patch: of a name that it gives itself, for it is another's object. */
export function checkPatch(given: Properties): Checked {
  const inputs = withoutEmpty(given);
  if (objectAt(inputs, "metadata")["name"] === undefined) {
    throw new Error("patch resources require the `.metadata.name` field to be set");
  }
  return { inputs, failures: notCarried(inputs) };
}

function notCarried(inputs: Properties): NonNullable<Checked["failures"]> {
  if (objectAt(inputs, "metadata")["generateName"] !== undefined) {
    throw new Error("the `.metadata.generateName` field is not supported in Server-Side Apply mode");
  }
  const reason = "the stand-in plugin does not carry pulumi.com/waitFor; install the official one";
  return annotation(inputs, "waitFor") === undefined ? [] : [{ property: "metadata.annotations", reason }];
}
