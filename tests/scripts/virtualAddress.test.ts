import { clean, Host } from "./host";

let host: Host;
beforeEach(() => {
  host = new Host("systemctl", "journalctl", "hostname");
  host.stub("hostname", "echo m");
  host.stub("timeout");
  // The API answers at the common address as soon as keepalived was told of it.
  host.stub("curl", `grep -qsF ' 192.0.2.10/32' '${host.path(file)}'`);
});
afterEach(() => host.remove());

const file = "etc/keelson/keepalived.conf";
/** Who has which link address in the masters' network. */
const neighbours = (links: Readonly<Record<string, string>>) =>
  host.stub(
    "ip",
    `case "$*" in
    *"address show to 192.0.2.1") echo "2: eth0 inet 192.0.2.1/24" ;;
    ${Object.entries(links)
      .map(([address, link]) => `*"neigh show to ${address}") echo "${address} dev eth0 lladdr ${link} REACHABLE" ;;`)
      .join("\n    ")}
    esac`,
  );
const others = { "192.0.2.2": "02:00:00:00:00:02", "192.0.2.3": "02:00:00:00:00:03" };
const printer = "02:00:00:00:00:99";
const told = (address: string) => `interface @INTERFACE@\nvirtual_ipaddress {\n    ${address}/32\n  }\n`;
const before = (address: string) => host.write(file, told(address).replace("@INTERFACE@", "eth0"));
const holds = () =>
  host.run({
    script: Host.script("endpoint/virtualAddress.sh").replace("wait_for 60", "wait_for 1"),
    uses: ["install_idle() { :; }\nrun_unit() { :; }\nreload_unit() { :; }\n"],
    values: {
      CONFIG: told("192.0.2.10"),
      CONFIG_FILE: `/${file}`,
      ADDRESS: "192.0.2.1",
      ENDPOINT: "192.0.2.10:6443",
      OTHERS: Object.keys(others),
    },
  });
const refused = {
  ...clean,
  status: 1,
  stderr: `error: 192.0.2.10 is to be the masters' common address, and a machine with the link address ${printer} has it, as m sees: set kubernetes.virtualAddress to an address that is free\n`,
};

describe("an address that somebody has who is no master", () => {
  test.each([
    ["the first", undefined],
    ["another than before", "192.0.2.9"],
    ["another that begins as the one before", "192.0.2.1"],
    ["another that ends as the one before", "92.0.2.10"],
    ["another, of which the one before is the beginning", "192.0.2.100"],
  ])("is taken from nobody: %s", (_, was) => {
    neighbours({ ...others, "192.0.2.10": printer });
    if (was !== undefined) before(was);
    expect(holds()).toEqual(refused);
    expect(host.has(file)).toBe(was !== undefined);
    if (was !== undefined) expect(host.read(file)).toContain(` ${was}/32`);
  });
});

test.each([
  ["is free", {}],
  ["a master has", { "192.0.2.10": others["192.0.2.3"] }],
])("another address that %s takes the place of the one before", (_, links) => {
  neighbours({ ...others, ...links });
  before("192.0.2.9");
  expect(holds().status).toBe(0);
  expect(host.read(file)).toContain(" 192.0.2.10/32");
});

test("nobody is asked for the address that keepalived has: it may be on a master that does not answer", () => {
  neighbours({ ...others, "192.0.2.10": printer });
  before("192.0.2.10");
  expect(holds().status).toBe(0);
  expect(host.called().filter((call) => call.includes("neigh"))).toEqual([]);
});
