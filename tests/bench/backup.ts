/** Backups of a real member of etcd with half a GiB of keys, and the way back to one: seconds, for each GiB. */
import { readFileSync } from "node:fs";
import { randomBytes } from "node:crypto";
import { Agent, request } from "node:https";

import { backedUp, on } from "../scripts/backups";
import { Authority, EtcdMember } from "../scripts/etcdMember";
import { Host, type Result } from "../scripts/host";

const gibibyte = 2 ** 30;
/** Keys, and what each has: as large as a large ConfigMap, and such that restic finds little to compress. */
const [count, bytes] = [4096, 96 * 1024];
const address = "127.63.1.1";

export async function backupLine(): Promise<string> {
  const authority = new Authority([address]);
  const member = new EtcdMember("m1", address, authority);
  try {
    succeeded(await member.script([]));
    backedUp(member, member.host.path("share"));
    await fill(member);
    const size = Number(/"dbSize":(\d+)/.exec(member.ask("endpoint", "status", "--write-out=json"))?.[1]);
    const perGib = (what: string, seconds: number) => `${what} ${((seconds / size) * gibibyte).toFixed(0)} s`;
    const parts = [
      perGib(
        "snapshot and backup",
        timed(() => on(member, "open_repository; make_backup locked")),
      ),
      perGib(
        "verification",
        timed(() => on(member, `verify "$(newest_backup)"`)),
      ),
      perGib("fetched and laid out", restored(member, "fetch")),
      perGib("without etcd", restored(member, "swap") + restored(member, "start")),
    ];
    return `backup of etcd with ${(size / gibibyte).toFixed(2)} GiB, to a path on the same disk, for each GiB: ${parts.join(", ")}`;
  } finally {
    member.remove();
    authority.remove();
  }
}

function succeeded({ status, stdout, stderr }: Result): string {
  if (status !== 0) throw new Error(`${stdout}${stderr}`);
  return stdout;
}

function timed(action: () => Result): number {
  const began = Date.now();
  succeeded(action());
  return (Date.now() - began) / 1000;
}

let chosen = "";

/** What a stage of a restore took, seconds. */
function restored(member: EtcdMember, stage: string): number {
  chosen ||= succeeded(run(member, "choose"))
    .replace(/^backup /, "")
    .trim();
  return timed(() => run(member, stage));
}

function run({ host, name, peer }: EtcdMember, stage: string): Result {
  const values = {
    ...{
      STAGE: stage,
      GENERATION: 1,
      WANTED: "latest",
      CHOSEN: chosen,
      OVER: false,
      NAME: name,
      CLUSTER: "test",
      CLUSTER_NAMES: "test",
    },
    ...{ RESTIC_OPTIONS: [], DATA_DIR: "/var/lib/etcd", PEER_URL: peer, NODES: [], INITIAL_CLUSTER: `${name}=${peer}` },
    ...{ ENCRYPTION: "", ENCRYPTION_KEYS: "", ETCD_ENDPOINTS: [], ETCD_PREFIX: "/things" },
  };
  const uses = ["etcd/ask", "etcd/snapshot", "backup/repository", "encryption/providers"].map((path) =>
    Host.script(`${path}.sh`),
  );
  return host.run({ script: Host.script("backup/restore.sh"), uses, values });
}

/** Writes keys by the member's JSON gateway, sixteen at a time. */
async function fill(member: EtcdMember): Promise<void> {
  const pki = (file: string) => readFileSync(member.host.path(`etc/etcd/pki/etcd/${file}`));
  const agent = new Agent({ ca: pki("ca.crt"), cert: pki("server.crt"), key: pki("server.key"), keepAlive: true });
  let next = 0;
  const writer = async () => {
    while (next < count) await put(member, agent, `/things/fill/${next++}`);
  };
  await Promise.all(Array.from({ length: 16 }, writer));
  agent.destroy();
}

function put({ url }: EtcdMember, agent: Agent, key: string): Promise<void> {
  const value = randomBytes(bytes).toString("base64");
  const body = JSON.stringify({
    key: Buffer.from(key).toString("base64"),
    value: Buffer.from(value).toString("base64"),
  });
  return new Promise((resolve, reject) => {
    const asked = request(`${url}/v3/kv/put`, { agent, method: "POST" }, (answer) => {
      answer.resume().once("end", () => {
        if (answer.statusCode === 200) resolve();
        else reject(new Error(`etcd answers ${String(answer.statusCode)} for ${key}`));
      });
    });
    asked.once("error", reject).end(body);
  });
}

if (require.main === module) void backupLine().then((line) => process.stdout.write(`${line}\n`));
