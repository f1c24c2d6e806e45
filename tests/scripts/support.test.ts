import { partsIn } from "../../cli/support/collect";
import { supportProgram } from "../../components/doctor";
import { Host } from "./host";

const looks = ["ip", "ss", "iptables-save", "ip6tables-save", "nft", "sysctl", "dmesg", "timedatectl", "journalctl"];
let host: Host;
beforeEach(() => (host = new Host("systemctl", "docker", "crictl", ...looks)));
afterEach(() => host.remove());

/** What a machine tells a maintainer, by the names of the parts. */
function collected(): ReadonlyMap<string, string> {
  const { stdout } = host.bash(supportProgram("@@mark"));
  return new Map(partsIn(stdout, "@@mark", "m").map(({ path, text }) => [path.replace("machines/m/", ""), text]));
}

test("a unit's files are told but for what it has in its environment, where a proxy's password belongs", () => {
  host.write("var/lib/keelson/scripts/m-docker/wrote", "unit active docker.service\n");
  host.write(
    "drop-in",
    '[Service]\nEnvironment="HTTP_PROXY=http://build:Xk29@proxy.corp:3128" \\\n  "OTHER=Xk29"\nExecStart=/bin/it\n  Environment=A=Xk29\n',
  );
  host.stub("systemctl", `case "$*" in "cat docker.service") cat '${host.path("drop-in")}' ;; esac`);
  const text = collected().get("units/docker.service.txt") ?? "";
  expect(text).toContain("[Service]\nEnvironment=[not shown]\nExecStart=/bin/it\n  Environment=[not shown]\n");
  expect(text).not.toContain("Xk29");
});

test("no digest is told by which a password could be guessed, and what else was noted is", () => {
  const scripts = "var/lib/keelson/scripts/m-etcd-backup";
  const password = "0123456789abcdef";
  host.write(`${scripts}/ran`, `done ${password} 1764200000-12\n`);
  const lines = [`file ${password}:600:root:root /backup/environment`, "unit active etcd-backup.timer"];
  host.write(`${scripts}/wrote`, `${lines.join("\n")}\n`);
  const text = collected().get("records.txt") ?? "";
  expect(text).toContain("file [not shown]:600:root:root /backup/environment\nunit active etcd-backup.timer\n");
  expect(text).toContain("done [not shown] 1764200000-12\n");
  expect(text).not.toContain(password);
});

test("containers are told without the commands that started them", () => {
  collected();
  const ps = host.called().find((call) => call.startsWith("docker ps"));
  expect(ps).toContain("{{.Names}}");
  expect(ps).not.toContain("{{.Command}}");
});
