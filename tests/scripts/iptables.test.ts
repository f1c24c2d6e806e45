import { clean, Host } from "./host";

let host: Host;
beforeEach(() => (host = new Host()));
afterEach(() => host.remove());

describe("iptables_without", () => {
  const tables = [
    "*nat",
    ":PREROUTING ACCEPT [1:2]",
    ":MINE - [0:0]",
    "-A PREROUTING -j MINE",
    "COMMIT",
    "*filter",
    ":FORWARD DROP [7:9]",
    ":KUBE-FORWARD - [0:0]",
    ":KUBE-X - [0:0]",
    ":MINE-KUBE - [0:0]",
    '-A FORWARD -m comment --comment "kubernetes \\"forward\\"" -j KUBE-FORWARD',
    "-A FORWARD -i cni0 -j ACCEPT",
    "-A FORWARD -o docker0 -j ACCEPT",
    "-A KUBE-FORWARD -j KUBE-X",
    '-A MINE-KUBE -m comment --comment "like -j KUBE-X" -j DROP',
    "COMMIT",
    "",
  ].join("\n");
  const orders = (command: string) => host.read(`${command}.orders`);
  const have = (command: string, text: string) => {
    host.write(`${command}.rules`, text);
    host.stub(`${command}-save`, `cat '${host.path(`${command}.rules`)}'`);
    host.stub(`${command}-restore`, `cat >>'${host.path(`${command}.orders`)}'`);
  };
  const ours = `iptables_without '^KUBE-' '^-A FORWARD -o docker0 -j ACCEPT$'`;

  test("takes out what is ours by its name, one by one, and rewrites nothing", () => {
    have("iptables", tables);
    have("ip6tables", "*filter\n:KUBE-FIREWALL - [0:0]\n-A OUTPUT -j KUBE-FIREWALL\nCOMMIT\n");
    expect(host.up(ours)).toEqual(clean);
    expect(orders("iptables").split("\n")).toEqual([
      "*filter",
      '-D FORWARD -m comment --comment "kubernetes \\"forward\\"" -j KUBE-FORWARD',
      "-D FORWARD -o docker0 -j ACCEPT",
      "-F KUBE-FORWARD",
      "-F KUBE-X",
      "-X KUBE-FORWARD",
      "-X KUBE-X",
      "COMMIT",
      "",
    ]);
    expect(orders("ip6tables")).toBe(
      "*filter\n-D OUTPUT -j KUBE-FIREWALL\n-F KUBE-FIREWALL\n-X KUBE-FIREWALL\nCOMMIT\n",
    );
    const restores = host.called().filter((call) => call.includes("-restore"));
    expect(restores).toEqual(["iptables-restore --noflush --wait 60", "ip6tables-restore --noflush --wait 60"]);
  });
  test("does nothing where nothing is ours, or where there is no iptables", () => {
    have("iptables", tables);
    host.stub("ip6tables-save", "exit 1");
    expect(host.up("iptables_without '^FLANNEL-'")).toEqual(clean);
    expect(host.called().filter((call) => call.includes("-restore"))).toEqual([]);
  });
  test("looks again when others changed something meanwhile, and does not fail for what stays", () => {
    have("iptables", tables);
    host.stub("iptables-restore", `echo gone >&2; echo '*filter' >'${host.path("iptables.rules")}'; exit 1`);
    expect(host.up(ours)).toMatchObject({ status: 0, stderr: "gone\n" });
    have("iptables", tables);
    host.stub("iptables-restore", "echo busy >&2; exit 1");
    const { status, stderr } = host.up(ours);
    expect(status).toBe(0);
    expect(stderr).toMatch(/^busy\nbusy\nbusy\nrules of iptables that match \^KUBE- are left on /);
  });
});
