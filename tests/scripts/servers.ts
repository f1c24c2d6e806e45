import type { Host } from "./host";

export const servers = ["kube-apiserver", "kube-controller-manager", "kube-scheduler"];

/** The kubelet has seen each manifest, and each server runs on it. */
export function runServers(host: Host): void {
  const [manifests, proc] = [host.path("etc/kubernetes/manifests"), host.path("proc")];
  host.stub(
    "pgrep",
    `number=100
    for server in ${servers.join(" ")}; do
      number=$((number + 1))
      case $server in "\${@: -1}"*)
        [ -e '${manifests}'/$server.yaml ] || exit 1
        mkdir -p '${proc}'/$number
        sed 's/^ *- //' '${manifests}'/$server.yaml | tr '\n' '\0' >'${proc}'/$number/cmdline
        echo $number; exit 0 ;;
      esac
    done
    exit 1`,
  );
  host.stub("ps", "echo 0");
}
