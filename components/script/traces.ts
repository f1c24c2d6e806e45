import * as pulumi from "@pulumi/pulumi";

/** What the SDK finds out for each resource, and the package's types leave out. */
interface Tracing {
  callsites?: () => readonly object[];
}

/**
 * The engine keeps with each resource the place in the program that it was made in, and the stack of calls that led there. Nobody reads
 * it, and of a cluster's it would be a tenth of the state.
 */
export function leaveTraces(): void {
  const resources = pulumi.Resource as unknown as Tracing;
  if (resources.callsites) resources.callsites = () => [];
}
