import { Host } from "./host";

const artifacts = () =>
  ["artifacts/fetch.sh", "artifacts/install.sh", "artifacts/versions.sh"].map((path) => Host.script(path));

const config = "cgroups = @SYSTEMD_CGROUP@\nscores = @RESTRICT_OOM_SCORE_ADJ@\n";
const values = {
  PACKAGES: "distribution",
  KEY_SHA256: "",
  RUNTIME: "containerd",
  PROGRAMS: [],
  CONTAINERD_CONFIG: config,
  ADOPT: "false",
  DATA_ROOT: "/var/lib/docker",
};

/** Runs docker.sh on a machine, with these values besides, and after these functions. */
export const dockerOn =
  (host: Host) =>
  (direction: string, more: Partial<Record<keyof typeof values, string>> = {}, preamble = "") =>
    host.run(
      {
        script: preamble + Host.script("docker/docker.sh"),
        uses: [...artifacts(), Host.script("docker/engine.sh"), Host.script("script/found.sh")],
        values: { ...values, ...more },
        files: more.ADOPT === "true" ? [] : [{ path: host.path("etc/docker/daemon.json"), content: "{}" }],
      },
      direction,
    );

/** Which capabilities the machine can have at most. */
export const bounding = (host: Host, set: string) => host.write("proc/self/status", `CapBnd:\t${set}\n`);

/** What a machine has before docker.sh comes. */
export function readyForDocker(): Host {
  const host = new Host("systemctl", "journalctl");
  host.stub("docker", "echo systemd");
  for (const name of ["ctr", "ip", "apt-get", "apt-cache", "apt-mark", "dpkg", "iptables", "ip6tables"]) {
    host.stub(name);
  }
  for (const name of ["iptables-save", "ip6tables-save", "umount", "chmod"]) host.stub(name);
  host.stub("dpkg-query", "printf installed");
  for (const name of ["pgrep", "systemd-analyze"]) host.stub(name, "exit 1");
  host.write("proc/mounts", "");
  bounding(host, "000001ffffffffff");
  return host;
}

/** What has been installed for Docker, and is ours. */
export const installedForDocker = (host: Host, ...names: readonly string[]) =>
  host.write("var/lib/keelson/installed/docker", names.map((name) => `${name}\n`).join(""));
