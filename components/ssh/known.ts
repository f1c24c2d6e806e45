import * as pulumi from "@pulumi/pulumi";

/** What an output knows of itself, and the package's types leave out. */
interface Knowing {
  readonly isKnown: Promise<boolean>;
}

/** A value once it is there; `otherwise` where it is not known, as in a preview: what is to be done with it is never done. */
export async function onceKnown<T, Otherwise>(value: pulumi.Input<T>, otherwise: Otherwise): Promise<T | Otherwise> {
  const output: pulumi.Output<unknown> = pulumi.output(value);
  if (!(await (output as unknown as Knowing).isKnown)) return otherwise;
  return new Promise<T>((resolve) => void output.apply(resolve as (value: unknown) => void));
}
