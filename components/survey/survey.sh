# What a machine tells of itself before anything is changed: it only looks. One line for each thing, its kind first.
# Reads: NGINX

survey() {
  local members nodes ends
  set +e
  # What waits for others, and what takes longest, goes on meanwhile: who asks has little patience.
  exec {members}< <(members) {nodes}< <(nodes) {ends}< <(certificates)
  printf 'boot %s\n' "$(</proc/sys/kernel/random/boot_id)"
  printf 'clock %s\n' "$EPOCHSECONDS"
  owner
  scripts
  turns
  versions
  backups
  common_address
  cat <&"$ends"
  cat <&"$nodes"
  cat <&"$members"
  printf 'end\n'
}

# A machine of an earlier release has no name of its cluster.
owner() {
  if [ -s "$STATE/cluster" ]; then
    printf 'owner %s\n' "$(head -n 1 "$STATE/cluster")"
  elif [ -e "$STATE/fit" ]; then
    printf 'owner -\n'
  fi
}

# Each program that is started counts, where processors are busy: whatever is asked of all scripts, one asks for all.
scripts() {
  local record name ran
  for record in "$SCRIPTS"/*/ran; do
    [ -e "$record" ] || continue
    ran=$(<"$record")
    name=${record%/ran} name=${name##*/}
    printf 'script %s %s\n' "$name" "$ran"
    [[ $name != *-join && $name != *-master ]] || undone "$name"
  done
  at_work
  changes
}

# undone SCRIPT: of what makes the machine a node, and notes nothing of that, for the kubelet goes on with it: it is gone, as after kubeadm
# reset, or has ended, as of a machine that was off for long.
undone() {
  local client=/var/lib/kubelet/pki/kubelet-client-current.pem
  if [ ! -s /etc/kubernetes/kubelet.conf ]; then
    printf 'changed %s present - 0 there /etc/kubernetes/kubelet.conf\n' "$1"
  elif [ ! -s "$client" ]; then
    ! grep -q kubelet-client-current.pem /etc/kubernetes/kubelet.conf || printf 'changed %s present - 0 there %s\n' "$1" "$client"
  elif ! openssl x509 -in "$client" -noout -checkend 0 >/dev/null 2>&1; then
    printf 'changed %s present ended 0 there %s\n' "$1" "$client"
  fi
}

# Since when something waits for the machine's turn; an earlier release wrote that down elsewhere.
turns() {
  local kept
  kept=$(find "$SCRIPTS" "$STATE/put-off" "$STATE/restarted" -maxdepth 2 \( -name turn -o -name put-off -o -name restarted \) -size +0 -printf '%Ts\n' 2>/dev/null)
  [ -z "$kept" ] || printf 'waiting %s\n' "$(sort -n <<<"$kept" | tail -n 1)"
}

# at_work: scripts of which a run is at work: it holds their lock.
at_work() {
  # shellcheck disable=SC2016 # perl expands it.
  perl -MFcntl=:flock -e '
    my $scripts = shift;
    for (@ARGV) {
      next unless m{([^/]+)\.lock$} && -e "$scripts/$1/ran" && open my $lock, "<", $_;
      print "working $1\n" unless flock $lock, LOCK_SH | LOCK_NB;
    }' "$SCRIPTS" /run/keelson/*.lock
}

# presence: what is there now of all that scripts answer for, as they would note it.
presence() {
  local kind name units=() packages=() others=
  while read -r kind name; do
    case $kind in
    unit) units+=("$name") ;;
    package) packages+=("$name") ;;
    *) others+="$kind $name"$'\n' ;;
    esac
  done < <(cat "$SCRIPTS"/*/wrote 2>/dev/null | awk '{ $0 = $1 " " substr($0, length($1 $2) + 3) } !known[$0]++')
  fingerprints <<<"$others"
  [ "${#units[@]}" = 0 ] || unit_states "${units[@]}"
  [ "${#packages[@]}" = 0 ] || pkg_states "${packages[@]}"
}

# Units that a boot has yet to start are not looked at.
unit_states() {
  local unit uptime
  uptime=$(</proc/uptime)
  if [ "${uptime%%.*}" -lt 120 ]; then
    for unit; do printf 'unit active %s\n' "$unit"; done
    return
  fi
  # An answer for each unit, in their order, with an empty line between two.
  systemctl show --property=ActiveState,UnitFileState "$@" | awk -v RS= -v units="$*" '
    BEGIN { split(units, names, " ") }
    {
      state = /ActiveState=(active|activating|reloading)/ ? "active" : /ActiveState=failed/ ? "failed" : "stopped"
      if (state == "active" && /UnitFileState=(disabled|masked)/) state = "disabled"
      print "unit", state, names[NR]
    }'
}

# changes: what is not as its script left it, by its KIND: what it is now ("-": it is gone), since when, what it was, and its NAME.
changes() {
  local script kind now left name since
  while read -r script kind now left name; do
    since=$(stat -c %Z "$name" 2>/dev/null || printf 0)
    printf 'changed %s %s %s %s %s %s\n' "$script" "$kind" "$now" "$since" "$left" "$name"
  done < <(awk '
    function name() { return substr($0, length($1 $2) + 3) }
    which == "present" { present[$1 " " name()] = $2; next }
    {
      at = index($0, "/wrote:")
      script = substr($0, 1, at - 1)
      sub(/.*\//, "", script)
      $0 = substr($0, at + length("/wrote:"))
      key = $1 " " name()
      now = key in present ? present[key] : "-"
      if (NF && now != $2) print script, $1, now, $2, name()
    }' which=present <(presence) which=wrote <(grep -sH "" "$SCRIPTS"/*/wrote))
}

versions() {
  local program
  for program in kubelet etcd; do
    [ -x "/usr/local/bin/$program" ] || continue
    printf 'version %s %s\n' "$program" "$("/usr/local/bin/$program" --version | sed -n '1s/.*[ v]\([0-9][0-9.]*\).*/\1/p')"
  done
  sed -n 's#^ *image: .*/kube-apiserver:v#version kube-apiserver #p' /etc/kubernetes/manifests/kube-apiserver.yaml 2>/dev/null
}

# The masters' common address, where it is on this one now.
common_address() {
  local address
  address=$(awk '/virtual_ipaddress/ { getline; sub("/.*", "", $1); print $1 }' /etc/keelson/virtual-address.conf 2>/dev/null)
  if [ -n "$address" ] && [ -n "$(ip -o address show to "$address" 2>/dev/null)" ]; then printf 'holds %s\n' "$address"; fi
}

# Those of the cluster, by their names: others may keep theirs beside them.
certificates() {
  local file index paths=() ends=() seconds
  for file in /etc/kubernetes/pki/{ca,front-proxy-ca,apiserver,apiserver-kubelet-client,apiserver-etcd-client,front-proxy-client,etcd/ca}.crt \
    /etc/etcd/pki/etcd/{ca,server,peer,healthcheck-client}.crt; do
    [ ! -e "$file" ] || add_end "$file" "$file"
  done
  for file in admin controller-manager scheduler; do
    file=/etc/kubernetes/$file.conf
    [ ! -e "$file" ] || add_end "$file" <(sed -n 's/^ *client-certificate-data: //p' "$file" | base64 -d)
  done
  [ "${#ends[@]}" -gt 0 ] || return 0
  mapfile -t seconds < <(printf '%s\n' "${ends[@]}" | date -f - +%s)
  for index in "${!paths[@]}"; do printf 'ends %s %s\n' "${seconds[index]}" "${paths[index]}"; done
}

# add_end PATH CERTIFICATE: when what lies at the path ends.
add_end() {
  local end
  end=$(openssl x509 -in "$2" -noout -enddate 2>/dev/null) || return 0
  paths+=("$1")
  ends+=("${end#*=}")
}

members() {
  local said
  has_member || return 0
  if said=$(own_member endpoint health --command-timeout=2s 2>&1); then
    printf 'etcd well\n'
    own_member member list --command-timeout=2s 2>/dev/null | awk -F ', ' '$3 != "" { print "member", $3 }'
  elif [[ $said = *NOSPACE* ]]; then
    # It has a quorum, and answers what is read.
    printf 'etcd well\nfault etcd is full (alarm NOSPACE), and takes no writes: see "When etcd is full" in docs/operations.md\n'
  else
    printf 'etcd unwell\n'
  fi
}

# What the machine's member knows of etcd's backups, and what a restore has done there. What the cluster knows of is late where it is
# older than two intervals: then no member has made one.
backups() {
  local records=$STATE/backup stages=$STATE/restore stage every verify when='' rest checked=0
  for stage in fetch resume over; do
    [ ! -s "$stages/$stage" ] || printf 'restored %s %s\n' "$stage" "$(cat "$stages/$stage")"
  done
  [ -s "$records/due" ] || return 0
  read -r every verify <"$records/due"
  if [ -s "$records/newest" ]; then
    read -r when rest <"$records/newest"
    printf 'backup %s %s\n' "$when" "$rest"
  fi
  [ ! -s "$records/verified" ] || checked=$(cat "$records/verified")
  printf 'verified %s\n' "$checked"
  if [ -s "$records/failed" ]; then
    read -r when rest <"$records/failed"
    printf 'fault the backup of etcd failed at %s: %s\n' "$(date -u -d "@$when" '+%Y-%m-%d %H:%M UTC')" "$rest"
  elif [ -n "$when" ] && [ $((when - EPOCHSECONDS)) -gt 3600 ]; then
    rest=${rest%% *}
    printf 'fault the newest backup of etcd is of %s, which is yet to come: a clock was ahead. restic forget %s takes it out\n' "$(date -u -d "@$when" '+%Y-%m-%d %H:%M UTC')" "${rest:0:8}"
  elif [ -n "$when" ] && [ $((EPOCHSECONDS - when)) -gt $((2 * every + 600)) ]; then
    printf 'fault the newest backup of etcd is of %s, and one is due every %s minutes\n' "$(date -u -d "@$when" '+%Y-%m-%d %H:%M UTC')" $((every / 60))
  elif [ -n "$when" ] && [ "$checked" != 0 ] && [ $((EPOCHSECONDS - checked)) -gt $((2 * (verify > every ? verify : every) + 600)) ]; then
    printf 'fault the backups of etcd were verified last at %s\n' "$(date -u -d "@$checked" '+%Y-%m-%d %H:%M UTC')"
  fi
}

readonly NODE_COLUMNS='N:.metadata.name,R:.status.conditions[?(@.type=="Ready")].status,S:.status.conditions[?(@.type=="Ready")].lastTransitionTime,A:.status.addresses[?(@.type=="InternalIP")].address,M:.metadata.annotations.keelson\.io/machine,C:.metadata.labels.node-role\.kubernetes\.io/control-plane'

nodes() {
  local admin=/etc/kubernetes/admin.conf list
  [ -e "$admin" ] || return 0
  if ! list=$(kubectl --kubeconfig "$admin" get nodes --request-timeout 2s --no-headers \
    -o "custom-columns=$NODE_COLUMNS" 2>/dev/null); then
    printf 'api silent\n'
    return
  fi
  awk '{ print "node", $1, ($2 == "True" ? "ready" : "unready"), $3 }' <<<"$list"
  # What its machine is known by may be of two words; the label of a master is empty.
  awk 'NF > 4 && $5 != "<none>" {
    last = NF - ($NF == "<none>")
    printf "joined %s %s %s", $1, ($NF == "<none>" ? "worker" : "master"), $4
    for (i = 5; i <= last; i++) printf " %s", $i
    print ""
  }' <<<"$list"
  [ -z "$NGINX" ] || curl -fsS --max-time 2 -o /dev/null "$NGINX" 2>/dev/null || printf 'nginx silent\n'
}

survey
