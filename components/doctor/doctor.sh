# What a machine tells besides the survey when it is examined: it only looks. A line for each thing: its kind, and fields with tabs
# between. Nothing is waited for longer than some seconds, and what takes long is asked at the same time.
# Reads: WAYS ADDRESS BIND_PORT DISKS PODS DNS NAME PROBE

doctor() {
  local asked
  set +e
  units
  disks
  kubelet_certificates
  exec {asked}< <(
    ways &
    servers &
    member &
    network &
    wait
  )
  cat <&"$asked"
  tell now "$EPOCHREALTIME"
  printf 'examined\n'
}

# tell KIND FIELD...: in one go, for others tell at the same time; what programs say may have tabs in it.
tell() {
  local line=$1 field
  shift
  for field; do line+=$'\t'${field//[$'\t\n\r']/ }; done
  printf '%s\n' "$line"
}

# Those that scripts look after, and that are not at work: one that fails and is started again and again is not either.
units() {
  local unit state
  [ "$(cut -d . -f 1 /proc/uptime)" -ge 120 ] || return 0
  while read -r unit; do
    state=$(systemctl show --property=ActiveState,SubState --value "$unit" | paste -s -d ' ')
    case $state in
    active* | reloading* | "activating start"*) ;;
    *) tell unit "$unit" "$state" "$(said_by_unit "$unit")" ;;
    esac
  done < <(cat "$SCRIPTS"/*/wrote 2>/dev/null | sed -n 's/^unit [^ ]* //p' | sort -u)
}

# said_by_unit UNIT: what its own program said last; rather of an error, where it has said something since.
said_by_unit() {
  journalctl --quiet --no-pager -o cat -n 50 "_SYSTEMD_UNIT=$1" 2>/dev/null | worst_of
}

# said_by_container NAME: the same of a static pod, whose newest log the kubelet keeps whatever the runtime is.
said_by_container() {
  local logs file
  logs=$(find /var/log/pods -mindepth 2 -maxdepth 2 -path "*/kube-system_$1-*/$1" -printf '%T@ %p\n' 2>/dev/null | sort -n | tail -n 1 | cut -d ' ' -f 2-)
  [ -z "$logs" ] || file=$(find "$logs" -name '[0-9]*.log' | sort -V | tail -n 1)
  [ -s "${file:-}" ] || return 0
  tail -n 50 "$file" | sed -E 's/^\{"log":"(.*)","stream":.*$/\1/; s/\\n$//; s/\\u003c/</g; s/\\u003e/>/g; s/\\u0026/\&/g; s/\\t/ /g; s/\\\\/\x01/g; s/\\"/"/g; s/\x01/\\/g; s/^[^ ]+ std(out|err) [FP] //' | worst_of
}

# Of lines, the last that tells of an error; else the last. klog begins such a line with E or F, etcd names the level.
worst_of() {
  awk '
    NF == 0 { next }
    { last = $0 }
    /^[EF][0-9][0-9][0-9][0-9] |"level":"(error|fatal|panic)"|^[Ee]rror|^panic:|level=(error|fatal)|\[ALERT\]/ { worst = $0 }
    END { print substr(worst != "" ? worst : last, 1, 600) }'
}

# How full is what fills up, each file system once: in percent of bytes and of inodes.
disks() {
  local path device full inodes mount seen=' '
  for path in "${DISKS[@]}"; do
    [ -e "$path" ] || continue
    read -r device full mount < <(df --output=source,pcent,target "$path" 2>/dev/null | tail -n 1)
    inodes=$(df --output=ipcent "$path" 2>/dev/null | tail -n 1)
    if [ -z "$device" ] || [[ $seen = *" $device "* ]]; then continue; fi
    seen+="$device "
    tell disk "$mount" "${full//[^0-9]/}" "${inodes//[^0-9]/}" "$(df -h --output=avail "$path" | tail -n 1 | tr -d ' ')"
  done
}

# The kubelet renews its own: how long they are valid, and until when.
kubelet_certificates() {
  local file dates
  for file in /var/lib/kubelet/pki/kubelet-client-current.pem /var/lib/kubelet/pki/kubelet-server-current.pem; do
    [ -e "$file" ] || continue
    dates=$(openssl x509 -in "$file" -noout -startdate -enddate 2>/dev/null) || continue
    tell leaf "$file" "$(date -d "$(sed -n 's/^notBefore=//p' <<<"$dates")" +%s)" "$(date -d "$(sed -n 's/^notAfter=//p' <<<"$dates")" +%s)"
  done
}

# answer_of URL: the HTTP status; where there is none, why.
answer_of() {
  local words
  if words=$(curl --silent --show-error --insecure --max-time 4 --output /dev/null --write-out '%{http_code}' "$1" 2>&1); then
    printf '%s' "$words"
  else
    printf '%s' "$words" | sed -E 's/^curl: \([0-9]+\) //; s/000$//' | tail -n 1
  fi
}

# WAYS are LABEL and URL in turn. One that lets only known users ask is well too.
ways() {
  local index words
  command -v curl >/dev/null || return 0
  for ((index = 0; index < ${#WAYS[@]}; index += 2)); do
    {
      words=$(answer_of "${WAYS[index + 1]}/readyz")
      tell way "${WAYS[index]}" "${WAYS[index + 1]}" "$words"
    } &
  done
  wait
}

# The three on a master, each asked for itself, and what one that is not well said last.
servers() {
  local server words url said
  [ -e /etc/kubernetes/admin.conf ] || return 0
  for server in kube-apiserver kube-controller-manager kube-scheduler; do
    case $server in
    kube-apiserver) url=https://$ADDRESS:$BIND_PORT/readyz ;;
    kube-controller-manager) url=https://127.0.0.1:10257/healthz ;;
    kube-scheduler) url=https://127.0.0.1:10259/healthz ;;
    esac
    words=$(answer_of "$url")
    case $words in
    200 | 401 | 403)
      tell server "$server" well
      continue
      ;;
    5??) words="answers $words at $url: $(curl --silent --insecure --max-time 4 "$url" | sed -n 's/^\[-\]\([^ ]*\) .*/\1/p' | paste -s -d ' ')" ;;
    *) words="does not answer at $url (${words:-no answer})" ;;
    esac
    [ -e "/etc/kubernetes/manifests/$server.yaml" ] || words+="; it has no manifest in /etc/kubernetes/manifests"
    said=$(said_by_container "$server")
    # Without a container it is the kubelet that knows why there is none.
    [ -n "$said" ] || said=$(journalctl --quiet --no-pager -o cat -n 300 _SYSTEMD_UNIT=kubelet.service 2>/dev/null | grep -F "$server" | worst_of)
    tell server "$server" unwell "$words" "$said"
  done
}

# The member of etcd, in etcdctl's own form.
member() {
  local status
  has_member || return 0
  if status=$(own_member endpoint status -w json --command-timeout=4s 2>&1); then
    tell member "$(tail -n 1 <<<"$status")"
  else
    tell etcd-silent "$(worst_of <<<"$status")" "$(said_by_unit etcd.service)"
  fi
  ! status=$(own_member member list -w json --command-timeout=4s 2>&1) || tell members "$(tail -n 1 <<<"$status")"
}

# What pods meet, seen from inside one of this machine's own pods: its network is entered, nothing is made for it. PODS are "NODE
# ADDRESS", one of each other node.
network() {
  local pid mtu enter=()
  [ -e /etc/kubernetes/kubelet.conf ] || return 0
  pid=$(perl -e '
    my $own = readlink "/proc/1/ns/net";
    for my $process (grep { m{/\d+$} } glob "/proc/*") {
      my $network = readlink "$process/ns/net" or next;
      next if $network eq $own || !open my $groups, "<", "$process/cgroup";
      if (grep { /kubepods/ } <$groups>) { print $process =~ m{(\d+)$}; last }
    }')
  mtu=$(sed -n 's/^FLANNEL_MTU=//p' /run/flannel/subnet.env 2>/dev/null)
  tell from "${pid:+pod}" "${mtu:-}"
  # A machine may have no pod of its own: then it is the machine that asks.
  [ -z "$pid" ] || enter=(nsenter --target "$pid" --net)
  "${enter[@]}" perl -e "$PROBE" "$DNS" "$NAME" "${mtu:-0}" "${PODS[@]}" </dev/null
}

doctor
