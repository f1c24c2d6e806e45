/** What is looked at before an object is planned: its name, and requests that would be silently ignored. */
import { randomBytes } from "node:crypto";
import { Checked } from "../plugin";
import { objectAt, Properties, textAt } from "../properties";
import { annotation, AUTONAMED, isAutonamed } from "./annotations";

/** Checks the fields of an object. One without a name gets the one it had, or one of the resource's name. */
export function checkObject(inputs: Properties, oldInputs: Properties, resourceName: string): Checked {
  const metadata = objectAt(inputs, "metadata");
  const failures = notCarried(inputs);
  if (metadata["name"] !== undefined) {
    return { inputs, failures };
  }
  const had = isAutonamed(oldInputs) ? textAt(objectAt(oldInputs, "metadata"), "name") : undefined;
  const name = had ?? `${resourceName}-${randomBytes(4).toString("hex")}`;
  const annotations = { ...objectAt(metadata, "annotations"), [AUTONAMED]: "true" };
  return { inputs: { ...inputs, metadata: { ...metadata, name, annotations } }, failures };
}

/** Checks a patch: of a name that it gives itself, for it is another's object. */
export function checkPatch(inputs: Properties): Checked {
  const named = objectAt(inputs, "metadata")["name"] !== undefined;
  const reason = "a patch needs the name of the object that it patches";
  return { inputs, failures: named ? notCarried(inputs) : [{ property: "metadata.name", reason }] };
}

function notCarried(inputs: Properties): NonNullable<Checked["failures"]> {
  const failures = [];
  if (objectAt(inputs, "metadata")["generateName"] !== undefined) {
    const reason = "server-side apply takes no generated names: leave both names out to get one like it";
    failures.push({ property: "metadata.generateName", reason });
  }
  if (annotation(inputs, "waitFor") !== undefined) {
    const reason = "the stand-in plugin does not carry pulumi.com/waitFor; install the official one";
    failures.push({ property: "metadata.annotations", reason });
  }
  return failures;
}
