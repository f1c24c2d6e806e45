# What a maintainer needs of a machine: it only looks. Each part begins with a line of MARK and its name. Nothing that is a key, and no
# Secret, is read on purpose; what stands in logs is redacted where it is received.
# Reads: MARK
# shellcheck disable=SC2016 # part evaluates what it is given.

support() {
  set +e
  part system.txt 'uname -a; cat /etc/os-release; uptime; free -m; df -h; df -i; timedatectl 2>&1; systemctl --failed --no-pager; ps -eo pid,ppid,etimes,stat,comm'
  part network.txt 'ip address; ip route show table all; ip rule; ip -s link; ss -lntup; cat /etc/resolv.conf'
  part firewall.txt 'iptables-save 2>&1; ip6tables-save 2>&1; ! command -v nft >/dev/null || nft list ruleset 2>&1'
  part kernel.txt 'sysctl -a 2>/dev/null | grep -E "^(net\.(ipv4\.(ip_forward|conf)|bridge|netfilter)|fs\.|vm\.|kernel\.(pid_max|panic))"; dmesg 2>/dev/null | tail -n 300'
  part records.txt 'ls -lR --time-style=full-iso "$STATE" /etc/kubernetes /etc/keelson /etc/etcd 2>/dev/null; for file in "$SCRIPTS"/*/ran "$SCRIPTS"/*/wrote "$STATE"/cluster; do [ ! -e "$file" ] || { echo "== $file"; without_digests <"$file"; }; done'
  part containers.txt 'if command -v docker >/dev/null; then timeout 10 docker info 2>&1; engine_containers; timeout 10 docker images --digests; fi; ! command -v crictl >/dev/null || crictl ps -a'
  part etcd.txt etcd_told
  for file in /etc/kubernetes/manifests/*.yaml /etc/kubernetes/*.yaml /etc/keelson/*.cfg /etc/keelson/*.conf /etc/docker/daemon.json /etc/containerd/config.toml; do
    [ ! -f "$file" ] || part "files$file" 'cat "$file"'
  done
  for unit in $(cat "$SCRIPTS"/*/wrote 2>/dev/null | sed -n 's/^unit [^ ]* //p' | sort -u) $(systemctl list-units --all --plain --no-legend 'keelson-*' 2>/dev/null | awk '{ print $1 }'); do
    part "units/$unit.txt" 'systemctl status --no-pager -n 0 "$unit" 2>&1; unit_files; journalctl --no-pager -o short-iso -n 2000 -u "$unit" 2>&1'
  done
  for directory in /var/log/pods/kube-system_* /var/log/pods/kube-flannel_*; do
    for container in "$directory"/*/; do
      file=$(find "$container" -name '[0-9]*.log' 2>/dev/null | sort -V | tail -n 1)
      [ ! -s "$file" ] || part "pods/$(basename "$directory" | cut -d _ -f 1,2).$(basename "$container").log" 'tail -n 1000 "$file"'
    done
  done
  printf '%s end\n' "$MARK"
}

# part NAME COMMANDS: what they print; one that is not there says so there.
part() {
  printf '%s part %s\n' "$MARK" "$1"
  eval "$2" </dev/null 2>&1
  printf '\n'
}

# A short digest of a file with one password in it, or of a program that was sent with one, is enough to guess it by.
without_digests() { sed -E 's/^file [0-9a-f]+:/file [not shown]:/; s/^(running|done) [0-9a-f]+ /\1 [not shown] /'; }

# Not the commands with which they were started.
engine_containers() { timeout 10 docker ps -a --no-trunc --format 'table {{.ID}}\t{{.Image}}\t{{.CreatedAt}}\t{{.Status}}\t{{.Ports}}\t{{.Names}}'; }

# unit_files: those of the unit, but for what it has in its environment, which is where people put a proxy with its password.
unit_files() { systemctl cat "$unit" 2>&1 | sed -E '/^[[:space:]]*Environment=/{:more;/\\$/{N;b more};s/=.*/=[not shown]/}'; }

etcd_told() {
  local words
  has_member || return 0
  for words in 'endpoint status -w table' 'endpoint health' 'member list -w table' 'alarm list'; do
    # shellcheck disable=SC2086 # they are words
    own_member $words --command-timeout=4s 2>&1
  done
}

support
