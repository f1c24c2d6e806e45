import {
  kubernetes,
  local,
  master,
  problems,
  remote,
  remoteMaster,
  remoteWorker,
  worker,
  type Raw,
} from "./config.fixture";

import { Secret } from "../../components/settings";

const masters = [master, ...[2, 3].map((number) => ({ name: `m${number}`, roles: ["master"] })), worker];
const wal = (directory: string) => local({ etcd: { user: "root", extraArgs: { "wal-dir": directory } } });
const root = (directory: string, more: Raw = {}) => local({ docker: { daemon: { "data-root": directory } }, ...more });
const args = (component: string, extraArgs: Raw) => ({ kubernetes: { [component]: { extraArgs } } });

describe("an address that nothing can have is refused", () => {
  test.each([
    ["0.0.0.0", "means no address at all"],
    ["127.0.0.1", "is each machine's own loopback"],
    ["224.0.0.18", "is for multicast"],
    ["255.255.255.255", "is reserved"],
  ])("%s", (address, why) => {
    const way = `"${address}" ${why}: use an address of the machines' network`;
    const raw = remote({ machines: [{ ...remoteMaster, address }, remoteWorker] });
    expect(problems(raw)).toEqual([`machines[0].address: ${way}`]);
    expect(problems(kubernetes({ advertiseAddress: address }))).toEqual([`kubernetes.advertiseAddress: ${way}`]);
    expect(problems(kubernetes({ virtualAddress: address }))).toContain(`kubernetes.virtualAddress: ${way}`);
  });
  test.each(["127.0.0.0/16", "224.0.0.0/16", "240.0.0.0/16", "0.0.0.0/8"])("a network of them, %s", (podSubnet) => {
    expect(problems(kubernetes({ networking: { podSubnet } }))).toEqual([
      expect.stringMatching(
        /^kubernetes\.networking\.podSubnet: "[\d./]+" is no network for pods or Services, for it .*: use a private one/,
      ),
    ]);
  });
  test("but none that a network's own programs have", () => {
    expect(problems(kubernetes({ kubelet: { clusterDNS: ["169.254.20.10"] } }))[0]).not.toMatch(/"169/);
  });
});

describe("what would leave several masters with one of something", () => {
  test("is refused: an endpoint that is one of theirs", () => {
    const raw = local({ machines: masters, kubernetes: { endpoint: "172.30.0.11:6443" } });
    expect(problems(raw)).toEqual([
      "kubernetes.endpoint: \"172.30.0.11:6443\" is m's own address, and the API would be gone with it: use a load balancer's, or set kubernetes.virtualAddress",
    ]);
    expect(problems(kubernetes({ endpoint: "172.30.0.11:6443" }))).toEqual([]);
  });
  test.each(["controllerManager", "scheduler"])("is refused: each with a %s that leads", (component) => {
    const off = args(component, { "leader-elect": "false" });
    expect(problems(local({ machines: masters, ...off }))).toEqual([
      `kubernetes.${component}.extraArgs.leader-elect: "false": with several masters all of them would act at once: leave it out`,
    ]);
    expect(problems(local(off))).toEqual([]);
  });
});

describe("a quota of etcd", () => {
  const quota = (bytes: unknown) => problems(local({ etcd: { extraArgs: { "quota-backend-bytes": bytes } } }));
  test.each(["1", "8589934", "-1", "8GiB"])("of %s is refused: it would soon be full", (bytes) =>
    expect(quota(bytes)).toEqual([
      `etcd.extraArgs.quota-backend-bytes: "${bytes}": etcd would soon be full, and then takes no writes, those included by which its members take turns to restart: use 104857600 at least, or leave it out for 2 GiB`,
    ]),
  );
  test.each([0, "104857600", 8589934592])("of %s is taken", (bytes) => expect(quota(bytes)).toEqual([]));
});

describe("data that a boot or another program would take away", () => {
  test.each(["/dev/shm/wal", "/run/wal", "/tmp/wal"])("etcd's log is not kept in %s", (directory) =>
    expect(problems(wal(directory))).toEqual([
      `etcd.extraArgs.wal-dir: "${directory}": is emptied when a machine boots, or sooner, and the cluster's data would be lost: use a directory on a disk`,
    ]),
  );
  test.each(["/var/lib/docker/wal", "/etc/kubernetes/wal", "/opt/cni"])("nor in %s", (directory) =>
    expect(problems(wal(directory))).toEqual([
      `etcd.extraArgs.wal-dir: "${directory}": has other data in it: use a directory of etcd's own`,
    ]),
  );
  test("nor somewhere below wherever etcd runs", () =>
    expect(problems(wal("wal"))).toEqual([
      'etcd.extraArgs.wal-dir: "wal": use an absolute path, as in "/srv/etcd-wal"',
    ]));
  test.each(["/var/lib/keelson/backups", "/var/lib/etcd/backups", "/srv/log/b", "/srv", "/run/b", "/etc/etcd"])(
    "backups of etcd are not kept in %s",
    (to) => {
      const backup = { to, password: new Secret("p") };
      const etcd = { user: "root", extraArgs: { "wal-dir": "/srv/log" }, backup };
      expect(problems(local({ etcd }))).toEqual([
        `etcd.backup.to: "${to}" is emptied when a machine boots, or when it leaves, and backups would go with it: use a directory of their own, as in "/srv/etcd-backups"`,
      ]);
      expect(problems(local({ etcd: { ...etcd, backup: { ...backup, to: "/srv/etcd-backups" } } }))).toEqual([]);
    },
  );
  test.each(["/tmp/docker", "/var/tmp/docker"])("Docker's are not kept in %s", (directory) =>
    expect(problems(root(directory))).toEqual([
      `docker.daemon.data-root: "${directory}" is emptied when a machine boots, or sooner: use a directory of Docker's own, as in "/srv/docker"`,
    ]),
  );
  test.each(["/etc", "/usr/share", "/var/lib", "/var/lib/kubelet", "/var/lib/etcd/docker", "/opt/keelson"])(
    "nor in %s",
    (directory) =>
      expect(problems(root(directory))).toEqual([
        `docker.daemon.data-root: "${directory}" has other data in it: use a directory of Docker's own, as in "/srv/docker"`,
      ]),
  );
  test("nor around etcd's, or in them", () => {
    const way = 'and etcd.dataDir /srv/etcd lie in one another: use a directory of Docker\'s own, as in "/srv/docker"';
    const at = (directory: string) => problems(root(directory, { etcd: { dataDir: "/srv/etcd" } }));
    expect(at("/srv/etcd")).toEqual([`docker.daemon.data-root: "/srv/etcd" ${way}`]);
    expect(at("/srv/etcd/docker")).toEqual([`docker.daemon.data-root: "/srv/etcd/docker" ${way}`]);
    expect(at("/srv/etcd2")).toEqual([]);
  });
  test.each(["/srv/docker", "/docker", "/var/lib/docker", "/mnt/disk1/docker"])("but in %s they may be", (directory) =>
    expect(problems(root(directory))).toEqual([]),
  );
});
