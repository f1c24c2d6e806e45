import { execFileSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { gzipSync } from "node:zlib";

import { upThat, type Fault } from "./fault";
import type { Subject } from "./subject";

/* What happens to disks. */

const data = "/var/lib/etcd";
const [image, elsewhere] = ["/var/own-disk.img", "/var/own-disk"];

/** So much has a member's disk of its own; the image is as small as what is in it. */
const mebibytes = 1024;

/** An empty file system, compressed. */
function emptyDisk(): Buffer {
  const directory = mkdtempSync(join(tmpdir(), "keelson-disk-"));
  try {
    const file = join(directory, "disk");
    execFileSync("truncate", ["--size", `${mebibytes}M`, file]);
    execFileSync("mkfs.ext4", ["-q", "-F", "-m", "0", file]);
    return gzipSync(readFileSync(file), { level: 1 });
  } finally {
    rmSync(directory, { recursive: true });
  }
}

const make = `cd /
trap 'umount ${elsewhere} ${data} 2>/dev/null || true; systemctl start etcd' ERR
[ -e /dev/loop-control ] || mknod /dev/loop-control c 10 237
for n in 0 1 2 3 4 5 6 7; do [ -e /dev/loop$n ] || mknod /dev/loop$n b 7 $n; done
systemctl stop etcd
mkdir -p ${elsewhere}
mount -o loop,errors=remount-ro ${image} ${elsewhere}
cp -a ${data}/. ${elsewhere}
umount ${elsewhere}
mount -o loop,errors=remount-ro ${image} ${data}
systemctl daemon-reload
systemctl start etcd`;

const takeBack = `cd /
systemctl stop etcd
rm -rf ${elsewhere}
cp -a ${data} ${elsewhere}
umount ${data}
rm -rf ${data}/member
mv ${elsewhere}/member ${data}/member
rm -rf ${elsewhere} ${image}
systemctl daemon-reload
systemctl start etcd`;

/** What is done to a disk must be done to that one alone: the directory below it lies on this computer's. */
const onIt = `set -e
case $(findmnt --noheadings --output SOURCE --mountpoint ${data}) in /dev/loop*) ;; *) echo "${data} is no disk of its own"; exit 1 ;; esac
began=$(date '+%F %T')
said() { journalctl --unit etcd --since "$began" --no-pager --output cat | grep -m 1 -o "$1" || { echo "etcd never said: $1" >&2; exit 1; }; }`;

/** Does something to the disk of master-1's member, whose data is on one of its own meanwhile; what the script prints last. */
function toDisk(subject: Subject, script: string): string {
  const machine = subject.on("master-1");
  machine.feed(`gunzip >${image}`, emptyDisk());
  machine.run(`set -e\n${make}`);
  try {
    return machine.run(`${onIt}\n${script}`).split("\n").at(-1) ?? "";
  } finally {
    machine.run(`set -e\n${takeBack}`);
  }
}

const etcdctl =
  "etcdctl --endpoints https://127.0.0.1:2379 --cacert /etc/etcd/pki/etcd/ca.crt --cert /etc/etcd/pki/etcd/healthcheck-client.crt --key /etc/etcd/pki/etcd/healthcheck-client.key --command-timeout 2s";

/** etcd writes into a file that has its size from the beginning: it takes as much as that until it wants more. */
const full = `dd if=/dev/zero of=${data}/filler bs=1M status=none 2>/dev/null || true
[ "$(df --output=avail ${data} | tail -n 1)" -lt 1000 ] || { echo 'the disk is not full' >&2; exit 1; }
head -c 1000000 /dev/zero | tr '\\0' x >/run/large
for n in $(seq 150); do ${etcdctl} put keelson-fault </run/large >/dev/null 2>&1 || break; done
said 'no space left on device'
sleep 15
rm ${data}/filler /run/large
for n in $(seq 30); do ${etcdctl} del keelson-fault >/dev/null 2>&1 && break || sleep 1; done
echo 'etcd said: no space left on device'`;

const frozen = `touch ${data}/written
(sleep 20; fsfreeze --unfreeze ${data}) &
fsfreeze --freeze ${data}
(date +%s >${data}/written) &
sleep 15
[ ! -s ${data}/written ] || { echo 'a write did not wait' >&2; exit 1; }
wait
rm ${data}/written
echo 'a write waited for 20 s'`;

/** As the kernel does when it finds an error on it. */
const readOnly = `mount -o remount,abort ${data} || true
sleep 20
! touch ${data}/written 2>/dev/null
said 'read-only file system'`;

export const disks: readonly Fault[] = [
  {
    name: "the disk of a member of etcd is full",
    expected: "heals by itself",
    inject: (subject) => Promise.resolve().then(() => toDisk(subject, full)),
  },
  {
    name: "the disk of a member of etcd is frozen for 20 s",
    expected: "heals by itself",
    inject: (subject) => Promise.resolve().then(() => toDisk(subject, frozen)),
  },
  {
    name: "the disk of a member of etcd is read-only for 20 s, as after an error, and somebody mounts it again",
    expected: "heals by itself",
    inject: (subject) => Promise.resolve().then(() => toDisk(subject, readOnly)),
  },
  {
    name: "a directory of a worker is read-only when a setting is to change",
    expected: "one up",
    inject: (subject) =>
      changesDocker(
        subject,
        6,
        "mount --bind /etc/docker /etc/docker && mount -o remount,ro,bind /etc/docker",
        "[Rr]ead-only file system",
      ),
  },
  {
    name: "a disk of a worker is full when a setting is to change",
    expected: "one up",
    inject: (subject) => changesDocker(subject, 8, small, "No space left on device"),
  },
];

/** What is in the directory, on a file system with room for that and no more. */
const small = `set -e
tar -C /etc/docker -cf /run/docker.tar .
mount -t tmpfs -o size=64k tmpfs /etc/docker
tar -C /etc/docker -xf /run/docker.tar
rm /run/docker.tar
dd if=/dev/zero of=/etc/docker/filler bs=4k status=none 2>/dev/null || true`;

/** Changes a setting of Docker's while its directory on worker-1 cannot be written; the run that fails has to say why. */
async function changesDocker(subject: Subject, downloads: number, mount: string, why: string): Promise<string> {
  subject.on("worker-1").run(mount);
  try {
    subject.stack.change({ docker: { daemon: { "max-concurrent-downloads": downloads } } });
    return await upThat(subject, new RegExp(`.*${why}.*`));
  } finally {
    subject.on("worker-1").run("umount /etc/docker");
  }
}
