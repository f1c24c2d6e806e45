import * as pulumi from "@pulumi/pulumi";

import { onceKnown } from "../ssh";

/**
 * The same value without the engine's knowledge of where it comes from; not known for as long as it. Before the engine makes a
 * resource anew, it deletes and makes anew everything that would not be the same without its values, and it asks for that
 * without regard to `ignoreChanges`: a new container would make new authorities for the cluster. Order is `dependsOn`.
 */
export function apart<T>(output: pulumi.Output<T>): pulumi.Output<T> {
  return pulumi.output(onceKnown(output, pulumi.unknown as T)) as pulumi.Output<T>;
}
