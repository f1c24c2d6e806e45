import { doctorProgram, parseTold, type Told } from "../../components/doctor";
import { mastersOf } from "../../components/machine";
import { environment as environmentWith } from "../unit/render.fixture";
import { Host } from "./host";

const environment = environmentWith();
let host: Host;
beforeEach(() => {
  host = new Host("systemctl", "journalctl", "dpkg-query", "curl", "etcdctl", "kubectl", "nsenter");
  host.write("proc/sys/kernel/random/boot_id", "the-boot\n");
  host.write("proc/uptime", "1000.00 2000.00\n");
});
afterEach(() => host.remove());

const look = (): Told => {
  const { stdout, stderr } = host.bash(doctorProgram(mastersOf(environment)[0], { environment }));
  expect(stderr).toBe("");
  const told = parseTold(stdout);
  if (!told) throw new Error(`this is no answer: ${stdout}`);
  return told;
};

test("a machine with nothing on it has nothing to tell, and nothing is written there", () => {
  expect(look()).toMatchObject({ units: [], servers: [], members: [], reached: [], leaves: [] });
  expect(look()).not.toHaveProperty("member");
  expect([host.has("var/lib/keelson"), host.has("run/keelson")]).toEqual([false, false]);
});

test("a unit that is started again and again is not at work, and its program's own words are told", () => {
  host.write("var/lib/keelson/scripts/m-kubelet/wrote", "unit active kubelet.service\nunit active docker.service\n");
  host.stub(
    "systemctl",
    'case "$*" in *kubelet*) printf "activating\\nauto-restart\\n" ;; *) printf "active\\nrunning\\n" ;; esac',
  );
  host.stub("journalctl", "printf 'I1126 starts\\nE1126 12:00:00 it is broken\\nI1126 ends\\n'");
  expect(look().units).toEqual([
    { unit: "kubelet.service", state: "activating auto-restart", said: "E1126 12:00:00 it is broken" },
  ]);
});

test("a machine without a pod of its own asks for names itself", () => {
  host.write("etc/kubernetes/kubelet.conf", "");
  // It is asked first for a process of a pod, which there is not, and then for the name.
  host.stub("perl", `case "$*" in *ns/net*) ;; *) printf 'name\\tok\\n' ;; esac`);
  // As util-linux' own: it needs something to enter.
  host.stub("nsenter", 'case "$*" in *--target*) exec "$@" ;; *) exit 1 ;; esac');
  expect(look()).toMatchObject({ name: "ok" });
});

describe("an API server that is dead", () => {
  beforeEach(() => {
    host.write("etc/kubernetes/admin.conf", "");
    host.write("etc/kubernetes/manifests/kube-apiserver.yaml", "");
    host.stub("curl", 'case "$*" in *:6443*) echo "curl: (7) Failed to connect" >&2; exit 7 ;; *) printf 200 ;; esac');
  });
  const logs = "var/log/pods/kube-system_kube-apiserver-m_0/kube-apiserver";
  const server = () => look().servers.find(({ server }) => server === "kube-apiserver");

  test("has its reason in its container's log, of Docker's form", () => {
    host.write(`${logs}/0.log`, '{"log":"old\\n","stream":"stderr","time":"x"}\n');
    host.write(
      `${logs}/10.log`,
      '{"log":"Error: unknown flag: \\"--x\\"\\n","stream":"stderr","time":"x"}\n{"log":"\\n","stream":"stderr","time":"x"}\n',
    );
    expect(server()).toMatchObject({ well: false, said: 'Error: unknown flag: "--x"' });
    expect(server()?.words).toContain("Failed to connect");
  });
  test("and of containerd's", () => {
    host.write(
      `${logs}/0.log`,
      "2026-11-26T00:00:00Z stderr F E1126 no such file\n2026-11-26T00:00:00Z stderr F bye\n",
    );
    expect(server()?.said).toBe("E1126 no such file");
  });
  test("and where no container was made, the kubelet's words of it", () => {
    host.stub("journalctl", "echo 'E1126 could not process manifest kube-apiserver.yaml'; echo other");
    expect(server()?.said).toBe("E1126 could not process manifest kube-apiserver.yaml");
  });
});

test("a member of etcd is told in etcdctl's own form, with identities of more digits than a number has", () => {
  host.write("etc/etcd/pki/etcd/healthcheck-client.crt", "");
  host.write("etc/systemd/system/etcd.service", "");
  host.stub(
    "etcdctl",
    `case "$*" in
    *status*) echo '[{"Endpoint":"x","Status":{"header":{"member_id":10501334649042878790},"version":"3.6.12","dbSize":20480,"dbSizeQuota":2147483648,"leader":10501334649042878790,"errors":["memberID:1 alarm:NOSPACE "]}}]' ;;
    *) echo '{"members":[{"ID":10501334649042878790,"name":"m","peerURLs":["https://192.0.2.11:2380"]}]}' ;;
    esac`,
  );
  expect(look()).toMatchObject({
    member: {
      id: "10501334649042878790",
      leader: "10501334649042878790",
      quota: 2147483648,
      errors: ["memberID:1 alarm:NOSPACE "],
    },
    members: [{ name: "m", learner: false }],
  });
});
