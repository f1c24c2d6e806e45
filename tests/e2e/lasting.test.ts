import { Crowd } from "../support/crowd";
import { SshKeys } from "../support/sshKeys";
import { TestStack } from "../support/stack";

const [name, other] = ["e2e-lasting", "e2e-lasting-renamed"];
const keys = new SshKeys();
const privateKeyFile = keys.make("id_ed25519");
const crowd = new Crowd(["master-1", "worker-1"]);
const config = () => ({
  provider: "ssh",
  ssh: { user: "root", privateKeyFile },
  machines: crowd.machines,
  workloads: { enabled: false },
});
let stack: TestStack;

beforeAll(async () => {
  await crowd.listen(keys.publicKey("id_ed25519"));
  stack = new TestStack(name, config());
});
afterAll(async () => {
  await stack.remove();
  await crowd.close();
  keys.remove();
});

/** Names of the scripts that ran since this was asked last. */
const ran = () =>
  crowd.seen
    .splice(0)
    .filter(({ direction }) => direction !== "look")
    .map(({ script }) => script);

test("another user logs in: all is checked, and what was made once is not even told of", async () => {
  await stack.succeed("up");
  expect(ran()).toEqual(expect.arrayContaining(["etcd-authority", "master-authority", "master-1-master"]));
  stack.change({ ssh: { user: "admin", privateKeyFile } });
  const preview = await stack.succeedPulumi("preview");
  expect(preview).toContain("master-1-master");
  expect(preview).not.toContain("-authority");
  await stack.succeed("up");
  const scripts = ran();
  expect(scripts).toContain("master-1-master");
  expect(scripts.filter((script) => script.endsWith("-authority"))).toEqual([]);
});

test("a run of one script is refused what a whole run is refused, and may do what is harmless", async () => {
  const urn = (script: string, parents: string) =>
    `urn:pulumi:${name}::keelson::keelson:index:Cluster$${parents}$command:remote:Command::${script}`;
  const master = urn("master-1-master", "keelson:master:ControlPlane");
  const up = (target: string) => stack.pulumi("up", "--yes", "--skip-preview", "--target", target);
  stack.change({ kubernetes: { bindPort: 8443 } });
  const { status, output } = await up(master);
  expect(status).not.toBe(0);
  expect(output).toContain("kubernetes.bindPort is 6443 and cannot become 8443 while the cluster lives");
  expect(ran()).toEqual([]);
  stack.change({ kubernetes: { kubelet: { configuration: { maxPods: 50 } } } });
  expect((await up(urn("worker-1-kubelet", "keelson:kubelet:Kubelets"))).status).toBe(0);
  expect(ran()).toEqual(["worker-1-kubelet"]);
  await stack.succeed("up");
  ran();
});

test("a stack is renamed: nothing changes, in the cluster or on its machines", async () => {
  await stack.succeedPulumi("stack", "rename", other);
  stack = new TestStack(other, {
    ...config(),
    ssh: { user: "admin", privateKeyFile },
    kubernetes: { kubelet: { configuration: { maxPods: 50 } } },
  });
  crowd.api.changes.splice(0);
  await stack.succeedPulumi("preview", "--expect-no-changes");
  const { counts } = await stack.succeed("up");
  expect(Object.keys(counts)).toEqual(["unchanged"]);
  expect([ran(), crowd.api.changes]).toEqual([[], []]);
});
