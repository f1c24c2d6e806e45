import * as pulumi from "@pulumi/pulumi";
import { unknown } from "@pulumi/pulumi/output";

/** What an output knows of itself, and the package's types leave out. */
interface Knowing {
  readonly isKnown: Promise<boolean>;
}

/**
 * The same value without the engine's knowledge of where it comes from; not known for as long as it. Before the engine makes a
 * resource anew, it deletes and makes anew everything that would not be the same without its values, and it asks for that
 * without regard to `ignoreChanges`: a new container would make new authorities for the cluster. Order is `dependsOn`.
 */
export function apart<T>(output: pulumi.Output<T>): pulumi.Output<T> {
  const { isKnown } = output as unknown as Knowing;
  const value = isKnown.then((known) =>
    known ? new Promise<T>((resolve) => void output.apply(resolve as (value: unknown) => void)) : (unknown as T),
  );
  return pulumi.output(value) as pulumi.Output<T>;
}
