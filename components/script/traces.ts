import * as pulumi from "@pulumi/pulumi";

type Frames = readonly object[];

/** What the SDK finds out for each resource, and the package's types leave out. */
interface Tracing {
  callsites?: () => Frames;
}

/** The frames of the SDK itself, and the one that a resource was made in. */
const told = 8;

/**
 * The engine keeps with each resource the whole stack of calls in which it was made: of a cluster's it would be a tenth of the state, and
 * it helps nobody. The place stays.
 */
export function shortenTraces(): void {
  const resources = pulumi.Resource as unknown as Tracing;
  const original = resources.callsites?.bind(pulumi.Resource);
  if (original) resources.callsites = () => original().slice(0, told);
}
