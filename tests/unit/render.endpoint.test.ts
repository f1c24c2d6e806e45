import { spawnSync } from "node:child_process";
import { chmodSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

import { addressCheck, proxyConfig, virtualAddressConfig } from "../../components/endpoint/render";
import { environment, machineOf } from "./render.fixture";

const stack = environment({});
const machine = machineOf(stack, 0);

describe("a node's proxy", () => {
  const { content } = proxyConfig(stack);
  const backend = (name: string) => new RegExp(`^backend ${name}\\n((?: .*\\n)*)`, "m").exec(content)?.[1] ?? "";

  test("leads to masters that are alive where none is ready: a stalled etcd is no end of all ways", () => {
    expect(content).toContain("  use_backend alive if { nbsrv(ready) eq 0 }\n  default_backend ready\n");
    expect(backend("ready")).toContain("option httpchk GET /readyz\n");
    expect(backend("alive")).toContain("option httpchk GET /livez?exclude=etcd\n");
    const servers = (name: string) => backend(name).match(/^ {2}server .*$/gm);
    expect(servers("alive")).toEqual(servers("ready"));
  });
  test.each([
    [3, "3s"],
    [45, "3s"],
    [60, "4s"],
    [200, "14s"],
  ])("asks the masters less often the more nodes do: %d, %s", (count, often) => {
    const workers = Array.from({ length: count - 1 }, (_, index) => ({
      ...stack.machines[0],
      name: `worker-${index}`,
      roles: ["worker"],
    }));
    const machines = [...stack.machines.slice(0, 1), ...workers];
    const crowded = proxyConfig({ ...stack, machines } as typeof stack).content;
    expect(crowded).toContain(` inter ${often} fastinter 500ms `);
    expect(crowded).toContain(" inter 10s fastinter 500ms ");
  });
  test("that was told to end does not keep connections for ever, which nobody looks after", () => {
    expect(content).toMatch(/^ {2}hard-stop-after \d+m$/m);
  });
});

test("masters that agree on an address listen to each other alone", () => {
  expect(virtualAddressConfig(machine, stack, "192.0.2.10")).toMatch(
    /global_defs \{[^}]*\n {2}vrrp_check_unicast_src\n/,
  );
});

describe("the check by which a master may have the address", () => {
  let directory: string;
  beforeEach(() => (directory = mkdtempSync(join(tmpdir(), "keelson-check-"))));
  afterEach(() => rmSync(directory, { recursive: true }));

  const node = (metadata: object) => JSON.stringify({ metadata }, null, 2);
  const master = node({ labels: { "node-role.kubernetes.io/control-plane": "" } });
  const again = node({ labels: {}, managedFields: [{ "f:node-role.kubernetes.io/control-plane": {} }] });

  test.each([
    ["is a master", "", master, 200, 0],
    ["is marked, whatever its labels", "", node({ annotations: { "keelson.io/machine": "x" } }), 200, 0],
    ["was lost, and registered anew", "", again, 200, 1],
    ["was lost", "", "{}", 404, 1],
    ["is not told of while etcd stalls", "", "{}", 500, 0],
    ["has an API server that is not well", "printf '[-]poststarthook failed\n500'", master, 200, 1],
    ["has the address, while etcd stalls", "printf '[-]etcd-readiness failed\n500'", master, 200, 0],
    ["has the address, and its API server waits for etcd", "printf '\n000'; exit 28", master, 200, 0],
  ])("of a machine that %s", (_, readiness, answer, status, expected) => {
    const stub = (name: string, text: string) => {
      writeFileSync(join(directory, name), text);
      chmodSync(join(directory, name), 0o755);
    };
    stub(
      "curl",
      `#!/bin/sh\ncase "$*" in\n*127.0.0.1*) [ -e "${directory}/others" ] || exit 22 ;;\n*readyz*) ${readiness || "printf 'ok\\n200'"} ;;\n*livez*) ;;\n*) cat "${directory}/answer"; printf '\\n${status}' ;;\nesac\n`,
    );
    stub("ip", "#!/bin/sh\necho eth0\n");
    writeFileSync(join(directory, "answer"), answer);
    stub("check", addressCheck(machine, stack, "192.0.2.10").content);
    const env = { PATH: `${directory}:/usr/bin:/bin` };
    expect(spawnSync(join(directory, "check"), { env }).status).toBe(expected);
  });
  test.each([
    ["it is not here", "", ""],
    ["another master is ready, and etcd stalls for this one alone", "echo eth0", "others"],
  ])("leaves the address to others while etcd stalls, where %s", (_, address, others) => {
    for (const [name, text] of Object.entries({
      curl: `case "$*" in *127.0.0.1*) [ -e '${directory}/others' ] || exit 22 ;; *readyz*) printf '[-]etcd failed\n500' ;; esac`,
      ip: address,
      [others]: "",
    })) {
      if (name === "") continue;
      writeFileSync(join(directory, name), `#!/bin/sh\n${text}\n`);
      chmodSync(join(directory, name), 0o755);
    }
    const path = join(directory, "check");
    writeFileSync(path, addressCheck(machine, stack, "192.0.2.10").content, { mode: 0o755 });
    expect(spawnSync(path, { env: { PATH: `${directory}:/usr/bin:/bin` } }).status).toBe(1);
  });
});
