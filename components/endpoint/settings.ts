import { having, type MachineConfig } from "../machine/settings";
import { fields as f, show, type Contradiction, type Listener } from "../settings";

/** TCP port on every node's loopback at which its proxy leads to the masters. */
export const proxyPort = 6444;

/** "HOST:PORT"; the API's certificate is to be good for the host, which has lower-case letters there. */
function isEndpoint(text: string): boolean {
  const [, host = "", port = ""] = /^([^:]+):([1-9]\d{0,4})$/.exec(text) ?? [];
  return f.isHost(host) && !f.isNobodys(host) && Number(port) <= 65535;
}

/** Where the API is reached; fields of the section `kubernetes`. */
export const endpoints = {
  endpoint: f
    .text(
      "an endpoint",
      isEndpoint,
      "is no host and port",
      'use a name or an IPv4 address, a colon and a TCP port, as in "api.example.com:6443"',
    )
    .optional()
    .describe("Where people and Pulumi reach the API: a load balancer of your own before the masters' bindPort.")
    .meta({ defaultsTo: "virtualAddress, or else advertiseAddress, with bindPort" }),
  virtualAddress: f
    .ipv4()
    .optional()
    .describe(
      "A free address on the masters' network that always one of them holds (VRRP); people and Pulumi reach the API there. With several masters, this or endpoint is required.",
    )
    .meta({ defaultsTo: "for several local masters the tenth address of local.subnet; none for ssh" }),
  advertiseAddress: f
    .ipv4()
    .optional()
    .describe("Address at which the one master offers its API; with several masters each offers it at its own.")
    .meta({ defaultsTo: "the master's" }),
};

/** Where the API is reached, as the stack's file has it. */
export interface Endpoints {
  readonly endpoint?: string;
  readonly virtualAddress?: string;
  readonly advertiseAddress?: string;
}

/** What of the stack's settings the ways to the API follow. */
export interface EndpointSettings {
  readonly machines: readonly MachineConfig[];
  readonly kubernetes: Endpoints & { readonly bindPort: number };
}

interface Subject {
  readonly configuration: { readonly kubernetes: Endpoints };
  readonly environment: EndpointSettings;
}

/** Several masters need one address that is none of theirs: the API is to be reached while any one of them is gone. */
export function* endpointChecks({ configuration, environment }: Subject): Generator<Contradiction> {
  const { advertiseAddress, endpoint } = configuration.kubernetes;
  const masters = having(environment.machines, "master").map(({ name }) => name);
  const uses = [["machines"], ["provider"]];
  if (masters.length < 2) return;
  if (endpoint === undefined && environment.kubernetes.virtualAddress === undefined) {
    const message = `is missing: ${masters.length} masters (${masters.join(", ")}) need one address for the API; use a free one on their network, or set kubernetes.endpoint to your load balancer`;
    yield { path: ["kubernetes", "virtualAddress"], uses: [...uses, ["kubernetes", "endpoint"]], message };
  }
  const host = endpoint?.split(":")[0];
  const own = environment.machines.find(({ address, roles }) => address === host && roles.includes("master"));
  if (own) {
    const message = `${show(endpoint)} is ${own.name}'s own address, and the API would be gone with it: use a load balancer's, or set kubernetes.virtualAddress`;
    yield { path: ["kubernetes", "endpoint"], uses, message };
  }
  if (advertiseAddress !== undefined) {
    const message = `is one address, and there are ${masters.length} masters (${masters.join(", ")}): leave it out, and set kubernetes.virtualAddress or kubernetes.endpoint`;
    yield { path: ["kubernetes", "advertiseAddress"], uses, message };
  }
}

/** Where a node's proxy to the API listens. */
export const proxyListens: readonly Listener[] = [
  { what: "the node's proxy to the API", port: proxyPort, program: "haproxy" },
];
