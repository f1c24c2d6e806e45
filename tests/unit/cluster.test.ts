import { runProgram } from "../support/program";
import { machine, privateKeyFile } from "./program.fixture";

/** A cluster of a master and a worker that are called as any other's. */
function cluster(network: string, kubernetes = {}) {
  const machines = [
    machine("master-1", `${network}.1`, { roles: ["master", "etcd"] }),
    machine("worker-1", `${network}.2`),
  ];
  return { provider: "ssh", ssh: { user: "admin", privateKeyFile }, survey: "off", machines, kubernetes };
}

describe("two clusters in one program", () => {
  const both = { east: cluster("192.0.2"), west: cluster("198.51.100", { bindPort: 8443 }) };
  const made = runProgram("unit", both, { program: "./twoClusters" });

  test("have nothing of one name, and each its own prefix", async () => {
    const { resources, outputs } = await made;
    const urns = resources.map(({ urn }) => urn);
    expect(new Set(urns).size).toBe(urns.length);
    const own = resources.filter(({ type }) => !/^pulumi:pulumi:|^keelson:index:Cluster$/.test(type));
    expect(own.filter(({ name }) => !/^(east|west)-/.test(name)).map(({ name }) => name)).toEqual([]);
    expect(outputs["endpoints"]).toEqual(["192.0.2.1:6443", "198.51.100.1:8443"]);
  });
  test("wait for nothing of each other's", async () => {
    const { resources } = await made;
    const clusterOf = (urn: string) => /::(east|west)\b/.exec(urn)?.[1];
    const meeting = resources.flatMap(({ urn, parent, dependsOn, provider, deletedWith }) =>
      [parent, deletedWith, provider, ...dependsOn].filter((other) => {
        const [one, another] = [clusterOf(urn), clusterOf(other)];
        return one !== undefined && another !== undefined && one !== another;
      }),
    );
    expect(meeting).toEqual([]);
  });
  test("reach each their own machines", async () => {
    const { resources } = await made;
    const hosts = (prefix: string) =>
      new Set(
        resources
          .filter(({ type, name }) => type === "command:remote:Command" && name.startsWith(prefix))
          .map(({ inputs }) => (inputs["connection"] as { readonly host: string }).host),
      );
    expect([...hosts("east-")].sort()).toEqual(["192.0.2.1", "192.0.2.2"]);
    expect([...hosts("west-")].sort()).toEqual(["198.51.100.1", "198.51.100.2"]);
  });
});
