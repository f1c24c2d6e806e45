import { Host } from "./host";

let host: Host;
beforeEach(() => {
  host = new Host();
});
afterEach(() => host.remove());

const directory = () => host.path("csr");

/** A request as a kubelet makes it, base64. */
function request(subject: string, names: string): string {
  host.write("csr/none", "");
  const { stdout } = host.up(
    `cd '${directory()}'
      openssl req -new -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes -keyout key -subj '${subject}' \\
        ${names === "" ? "" : `-addext 'subjectAltName=${names}'`} 2>/dev/null | base64 -w 0`,
  );
  return stdout;
}

const own = "/O=system:nodes/CN=system:node:worker-1";
const node = "system:node:worker-1";
const nodes = '["system:nodes","system:authenticated"]';
const serve = '["digital signature","server auth"]';

/** Whether a request is approved, and what is said where it is not. */
function mayServe(more: { user?: string; groups?: string; usages?: string; subject?: string; names?: string } = {}) {
  const { user = node, groups = nodes, usages = serve, subject = own, names = "DNS:worker-1,IP:192.0.2.3" } = more;
  const text = request(subject, names);
  const { status, stderr } = host.run({
    script: `${Host.script("master/approver.sh")}\nup() { may_serve csr '${user}' '${groups}' '${usages}' '${text}'; }\n`,
    values: { NODES: ["master-1 192.0.2.1", "worker-1 192.0.2.3"] },
  });
  return { approved: status === 0, said: stderr };
}

describe("a certificate that a kubelet is to serve with", () => {
  test("is approved for a node's own name and address", () => {
    expect(mayServe()).toEqual({ approved: true, said: "" });
    expect(mayServe({ names: "DNS:worker-1" }).approved).toBe(true);
    expect(mayServe({ usages: '["key encipherment","digital signature","server auth"]' }).approved).toBe(true);
  });

  test("is not approved for another's name or address, which is said", () => {
    const { approved, said } = mayServe({ names: "DNS:worker-1,IP:192.0.2.1" });
    expect(approved).toBe(false);
    expect(said).toContain("the node worker-1 asks for a certificate for IP Address:192.0.2.1");
    expect(mayServe({ names: "DNS:master-1" }).approved).toBe(false);
    expect(mayServe({ names: "DNS:worker-1,DNS:kubernetes.default.svc" }).approved).toBe(false);
    expect(mayServe({ names: "DNS:worker-1,email:a@example.com" }).approved).toBe(false);
    expect(mayServe({ names: "" }).approved).toBe(false);
  });

  test("is not approved where somebody else asks, or for something else", () => {
    expect(mayServe({ user: "system:node:master-1" }).approved).toBe(false);
    expect(mayServe({ user: "system:serviceaccount:default:default" }).approved).toBe(false);
    expect(mayServe({ groups: '["system:authenticated"]' }).approved).toBe(false);
    expect(mayServe({ usages: '["digital signature","client auth"]' }).approved).toBe(false);
    expect(mayServe({ usages: '["server auth","client auth"]' }).approved).toBe(false);
    expect(mayServe({ subject: "/O=system:masters/CN=system:node:worker-1" }).approved).toBe(false);
    expect(mayServe({ subject: "/O=system:nodes/CN=system:node:worker-11" }).approved).toBe(false);
  });

  test("is not approved for a node that the configuration does not know", () => {
    const { approved, said } = mayServe({
      ...{ user: "system:node:stranger", subject: "/O=system:nodes/CN=system:node:stranger", names: "DNS:stranger" },
    });
    expect(approved).toBe(false);
    expect(said).toContain("stranger is no node of this cluster's configuration");
  });
});
