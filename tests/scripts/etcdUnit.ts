import { Host } from "./host";

/** A unit that is active when it was started; how that goes is said in bash. */
export const unitOf = (host: Host, starts = ":") =>
  host.stub(
    "systemctl",
    `active='${host.path("active")}'
    case $1 in
    is-active) [ -e "$active" ] ;;
    stop | disable) rm -f "$active" ;;
    restart) rm -f "$active"; cp '${host.path("etc/etcd/beginning.env")}' '${host.path("begun")}'; ${starts}; status=$?; [ "$status" != 0 ] || touch "$active"; exit "$status" ;;
    esac`,
  );

/** Waits of a second are long enough where nothing will come. */
export const soon = (script: string) =>
  script
    .replaceAll("try_start 3", "try_start 1")
    .replace("-ge 20", "-ge 2")
    .replace(/wait_for (30|60|120)\b/g, "wait_for 1")
    .replaceAll("wait_for 300", "wait_for 4");

/** What the script of a member uses, but for what renews certificates. */
export const memberScripts = [
  ...["fetch", "install", "versions"].map((name) => `artifacts/${name}.sh`),
  ...["certificates", "ask", "membership", "snapshot", "beginning", "turn", "user"].map((name) => `etcd/${name}.sh`),
].map((path) => soon(Host.script(path)));
