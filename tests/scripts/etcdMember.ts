import { spawnSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, symlinkSync } from "node:fs";
import { homedir, tmpdir } from "node:os";
import { join } from "node:path";

import { defaultEtcd } from "../../components/artifacts/lockFile";
import type { Environment } from "../../components/environment";
import type { EtcdConfig } from "../../components/etcd/settings";
import { etcdDataGuard, etcdDirectories, etcdUnit } from "../../components/etcd/render";
import type { Machine } from "../../components/machine";
import { Host, type Result } from "./host";

const cache = process.env.KEELSON_CACHE ?? join(homedir(), ".cache", "keelson");
export const programs = join(cache, "bundle", "bin");

const ports: Pick<EtcdConfig, "clientPort" | "peerPort"> = { clientPort: 22379, peerPort: 22380 };

/** An authority for members on loopback addresses, and one certificate that is good for all of them. */
export class Authority {
  private readonly directory = mkdtempSync(join(tmpdir(), "keelson-ca-"));

  constructor(addresses: readonly string[]) {
    const names = ["127.0.0.1", ...addresses].map((address) => `IP:${address}`).join(",");
    const { status, stderr } = spawnSync(
      "bash",
      [
        "-ec",
        `openssl req -x509 -newkey rsa:2048 -nodes -keyout ca.key -out ca.crt -days 90 -subj /CN=etcd-ca
        openssl req -newkey rsa:2048 -nodes -keyout all.key -out all.csr -subj /CN=member
        openssl x509 -req -in all.csr -CA ca.crt -CAkey ca.key -CAcreateserial -days 90 -out all.crt \
          -extfile <(printf 'subjectAltName=${names}\\nextendedKeyUsage=serverAuth,clientAuth\\n')`,
      ],
      { cwd: this.directory, encoding: "utf8" },
    );
    if (status !== 0) throw new Error(stderr);
  }

  read(file: string): string {
    return readFileSync(join(this.directory, file), "utf8");
  }

  remove(): void {
    rmSync(this.directory, { recursive: true });
  }
}

/** What stands for systemd: it runs etcd's unit as the files say, restarts it when it ends, and keeps what it says. */
const systemctl = (root: string) => `
unit='${root}/etc/systemd/system/etcd.service' run='${root}/systemd'
mkdir -p "$run"
command_of() { sed -n "s/^$1=[-+]*//p" "$unit.d/data.conf" | sed 's/\\$\\$/$/g; s/%%/%/g'; }
once() {
  (eval "$(command_of ExecStartPre)") || return
  (
    while IFS='=' read -r name value; do export "$name=$value"; done <'${root}/etc/etcd/beginning.env'
    echo "$BASHPID" >"$run/pid"
    exec $(sed -n '/^ExecStart=/,/[^\\\\]$/p' "$unit" | sed 's/^ExecStart=//; s/\\\\$//')
  )
}
watched() {
  trap '' HUP
  while [ -e "$run/wanted" ]; do once >>"$run/log" 2>&1; rm -f "$run/pid" "$run/ready"; touch "$run/ended"; sleep 0.5; done
}
stop() {
  rm -f "$run/wanted" "$run/ready"
  [ ! -e "$run/pid" ] || kill "$(cat "$run/pid")" 2>/dev/null
  # What has not ended by then, or had not begun when it was told to end, is killed.
  for ((i = 1; ; i++)); do
    [ -e "$run/watcher" ] && kill -0 "$(cat "$run/watcher")" 2>/dev/null || break
    [ $((i % 50)) != 0 ] || kill -9 "$(cat "$run/pid")" 2>/dev/null
    sleep 0.1
  done
  rm -f "$run/watcher"
}
case $1 in
stop | disable) stop ;;
kill) kill -9 "$(cat "$run/pid")" ;;
is-active) [ -e "$run/ready" ] ;;
restart | start)
  stop
  : >"$run/log"
  rm -f "$run/ended"
  touch "$run/wanted"
  export -f watched once command_of
  export unit run
  setsid bash -c 'echo $$ >"$run/watcher"; watched' </dev/null >/dev/null 2>&1 10>&- 11>&- 12>&- &
  # A test that is killed leaves no member behind.
  if [ ! -e "$run/guard" ]; then
    touch "$run/guard"
    setsid bash -c 'while [ -e "$run/guard" ] && kill -0 ${process.pid}; do sleep 1; done; rm -f "$run/wanted"; kill $(cat "$run/pid")' \
      </dev/null >/dev/null 2>&1 10>&- 11>&- 12>&- &
  fi
  while sleep 0.1; do
    [ ! -e "$run/ended" ] || exit 1
    ! grep -q 'ready to serve client requests' "$run/log" || break
  done
  touch "$run/ready"
  eval "$(command_of ExecStartPost)"
  ;;
esac
exit $?`;

/** A member of etcd that really runs, on an address of its own on this computer, put there by the real script. */
export class EtcdMember {
  readonly host = new Host();
  readonly url: string;
  readonly peer: string;

  constructor(
    readonly name: string,
    readonly address: string,
    private readonly authority: Authority,
  ) {
    this.url = `https://${address}:${ports.clientPort}`;
    this.peer = `https://${address}:${ports.peerPort}`;
    this.equip();
  }

  /** What a machine has that was never anything. */
  private equip(): void {
    const { host, authority } = this;
    host.stub("systemctl", systemctl(host.root));
    host.stub("journalctl", `cat '${host.root}/systemd/log'`);
    host.stub("hostname", `echo ${this.name}`);
    host.stub("ip", `[ "$*" != "-o -4 address show to ${this.address}" ] || echo lo`);
    host.stub("etcdctl", `exec '${join(programs, "etcdctl")}' "$@"`);
    host.write("var/lib/keelson/fit", "");
    host.write("usr/local/bin/x", "");
    symlinkSync(join(programs, "etcd"), host.path("usr/local/bin/etcd"));
    rmSync(host.path("proc"), { recursive: true });
    symlinkSync("/proc", host.path("proc"));
    for (const name of ["server", "peer", "healthcheck-client"]) {
      host.write(`etc/etcd/pki/etcd/${name}.crt`, authority.read("all.crt"));
      host.write(`etc/etcd/pki/etcd/${name}.key`, authority.read("all.key"));
    }
    host.write("etc/etcd/pki/etcd/ca.crt", authority.read("ca.crt"));
  }

  /** Runs the script that makes it a member beside others, with more flags. */
  script(
    others: readonly EtcdMember[],
    {
      founders = [this, ...others],
      flags = {},
      cut = "",
    }: {
      founders?: readonly EtcdMember[];
      flags?: Record<string, string>;
      /** A function of the script at which it is killed. */
      cut?: string;
    } = {},
    direction: "up" | "down" = "up",
  ): Promise<Result> {
    const etcd = {
      ...ports,
      dataDir: "/var/lib/etcd",
      user: "root",
      extraArgs: flags,
    } as unknown as Environment["etcd"];
    const machine = { name: this.name, address: this.address } as unknown as Machine;
    const here = (text: string) => text.replaceAll("127.0.0.1", this.address).replaceAll("wait_for 60", "wait_for 15");
    const unit = etcdUnit(machine, etcd);
    const uses = [
      "artifacts/fetch",
      "artifacts/install",
      "artifacts/versions",
      "certificates/leaves",
      "certificates/trust",
      "etcd/certificates",
      "etcd/ask",
      "etcd/membership",
      "etcd/snapshot",
      "etcd/beginning",
      "etcd/turn",
      "etcd/user",
    ];
    const authority = Buffer.from(this.authority.read("ca.crt")).toString("base64");
    return this.host.start(
      {
        script: here(Host.script("etcd/etcd.sh")) + (cut === "" ? "" : `\n${cut}() { kill -9 $$; }\n`),
        uses: uses.map((path) => here(Host.script(`${path}.sh`))),
        values: {
          ...{
            PROGRAMS: [],
            CERTIFICATE_CONFIG: "",
            GOOD_UNTIL: 0,
            VALIDITY: 365 * 86_400,
            CLIENT_PORT: ports.clientPort,
            NAME: this.name,
            RELEASE: defaultEtcd(),
          },
          ...{ PEER_URL: this.peer, PEERS: others.map(({ name, url }) => `${name} ${url}`) },
          ...{ FOUNDERS: founders.map(({ name, peer }) => `${name}=${peer}`).join(","), DATA_DIR: "/var/lib/etcd" },
          ...{ ETCD_USER: "root", DIRECTORIES: etcdDirectories(etcd) },
          ...{ BEGINNING: "/etc/etcd/beginning.env", MARK: "/var/lib/keelson/etcd-member" },
          ...{ ETCD_CA_CRT: authority, ETCD_ISSUER_CRT: authority, ETCD_CA_KEY: "", TRUSTED: "1" },
        },
        files: [{ ...unit, content: unit.content.replace(/,https:\/\/127\.0\.0\.1:\d+/, "") }, etcdDataGuard(etcd)],
      },
      direction,
    );
  }

  /** Asks this member something with etcdctl. */
  ask(...words: readonly string[]): string {
    const pki = this.host.path("etc/etcd/pki/etcd");
    const keys = ["ca.crt", "server.crt", "server.key"].map(
      (file, at) => `--${["cacert", "cert", "key"][at] ?? ""}=${pki}/${file}`,
    );
    const { stdout, stderr } = spawnSync(join(programs, "etcdctl"), [`--endpoints=${this.url}`, ...keys, ...words], {
      encoding: "utf8",
    });
    return `${stdout}${stderr}`.trim();
  }

  /** "m1 voter", for each member that this one knows, and "learner" or "unstarted" where it is that. */
  members(): readonly string[] {
    return this.ask("member", "list")
      .split("\n")
      .map((line) => line.split(", "))
      .map(([, status = "", name = "", , , learner]) =>
        status === "started" ? `${name} ${learner === "true" ? "learner" : "voter"}` : status,
      )
      .sort();
  }

  systemctl(...words: readonly string[]): number | null {
    return spawnSync(this.host.path("stubs/systemctl"), words, { stdio: "ignore", timeout: 10_000 }).status;
  }

  /** What it said since it was started last. */
  log(): string {
    return this.host.read("systemd/log");
  }

  unit(): string {
    return this.host.read("etc/systemd/system/etcd.service");
  }

  remove(): void {
    this.systemctl("stop");
    this.host.remove();
  }
}
