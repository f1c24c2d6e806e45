import * as pulumi from "@pulumi/pulumi";

import { Cluster } from "../../components/cluster";
import { parseEnvironment } from "../../components/environment";

/** A program of somebody's own: two clusters, whose machines have the same names. */
export default async function program(): Promise<Record<string, unknown>> {
  const config = new pulumi.Config("keelson");
  const clusters = ["east", "west"].map((name) => {
    const raw = config.requireObject<Record<string, unknown>>(name);
    return new Cluster(name, { environment: parseEnvironment(raw, { stack: "unit", directory: "/project" }) });
  });
  const parts = await Promise.all(clusters.map((cluster) => cluster.parts));
  return { endpoints: parts.map(({ controlPlane }) => controlPlane.endpoint) };
}
