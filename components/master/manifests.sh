# The manifests of a master's servers: those on which all is well are kept, a server is seen to come up on another, and where it does
# not, all are on the manifests before again.
# Reads: ENDPOINT MANIFESTS

readonly SERVERS=(kube-apiserver kube-controller-manager kube-scheduler)

# note_manifests: kubeadm wrote them, and this script answers for them.
note_manifests() {
  local server
  for server in "${SERVERS[@]}"; do note file "$MANIFESTS/$server.yaml"; done
}

# keep_found_manifests: a server may be well on what somebody wrote by hand; that is nothing to go back to.
keep_found_manifests() {
  local server
  for server in "${SERVERS[@]}"; do is_as_left file "$MANIFESTS/$server.yaml" || return 0; done
  keep_manifests
}

# keep_manifests: those on which everything is well, as this run finds or leaves it.
keep_manifests() {
  local server
  for server in "${SERVERS[@]}"; do is_as_written "$server" || return 0; done
  (umask 077 && mkdir -p "$STATE/manifests")
  for server in "${SERVERS[@]}"; do
    cp -p "$MANIFESTS/$server.yaml" "$STATE/manifests/$server.new"
    mv -f "$STATE/manifests/$server.new" "$STATE/manifests/$server.yaml"
  done
}

# bring_manifests_back: those that somebody, or a restore that was given up, took away; kubeadm needs an API before it writes any.
bring_manifests_back() {
  local server
  for server in "${SERVERS[@]}"; do
    if [ -e "$MANIFESTS/$server.yaml" ] || [ ! -e "$STATE/manifests/$server.yaml" ]; then continue; fi
    log "$MANIFESTS/$server.yaml is gone: the one with which $server was well last is put there again"
    put_manifest "$STATE/manifests/$server.yaml"
  done
}

# rewritten: servers that are to be started on their manifests by the kubelet.
rewritten=" "

# put_manifest FILE: the kubelet reads every file in its directory whose name begins with no dot.
put_manifest() {
  local name=${1##*/}
  install -m 0600 "$1" "$MANIFESTS/.$name.new" && mv -f "$MANIFESTS/.$name.new" "$MANIFESTS/$name"
}

# settled SERVER: it is up, or was tried so often that it will not be.
settled() { is_up "$1" || keeps_failing "$1"; }

is_up() { started_on_manifest "$1" && answers_well "$1"; }

# Until the kubelet has seen a new manifest, it is the old server that answers. It looks every 20 s, and gives a server 30 s to
# end: one that goes on with the flags of its manifest was not to start anew, for what differed was a comment, say.
started_on_manifest() {
  local pid age written
  [[ $rewritten = *" $1 "* ]] || return 0
  pid=$(server_process "$1") && age=$(ps -o etimes= -p "$pid") || return
  written=$(stat -c %Y "$MANIFESTS/$1.yaml")
  [ $(($(date +%s) - age)) -ge "$written" ] ||
    { [ $(($(date +%s) - written)) -ge 60 ] && has_flags_of_manifest "$1"; }
}

# start_again SERVER PID: the kubelet starts a server at once that ends.
start_again() {
  kill "$2" 2>/dev/null || true
  wait_for 150 "$1 to be up again" is_another "$1" "$2"
}

is_another() {
  local pid
  pid=$(server_process "$1") && [ "$pid" != "$2" ] && answers_well "$1"
}

# is_as_written SERVER: it is up with the flags of its manifest.
is_as_written() { [ -e "$MANIFESTS/$1.yaml" ] && is_up "$1" && has_flags_of_manifest "$1"; }

has_flags_of_manifest() {
  local pid
  pid=$(server_process "$1") && [ -r "/proc/$pid/cmdline" ] &&
    [ "$(flags_of "$1")" = "$(tr '\0' '\n' <"/proc/$pid/cmdline" | grep '^--' | sort)" ]
}

flags_of() { sed -n "s/^    - //p" "$MANIFESTS/$1.yaml" | sed "s/^'\(.*\)'\$/\1/; s/''/'/g" | grep '^--' | sort; }

answers_well() {
  case $1 in
  kube-apiserver) api_ready "$ENDPOINT" ;;
  *) curl -fsSk --max-time 3 "https://127.0.0.1:$(secure_port "$1")/healthz" >/dev/null 2>&1 ;;
  esac
}

secure_port() {
  local port
  port=$(sed -n 's/^ *- --secure-port=//p' "$MANIFESTS/$1.yaml" | tail -n 1)
  case $1 in
  kube-controller-manager) echo "${port:-10257}" ;;
  kube-scheduler) echo "${port:-10259}" ;;
  esac
}

# keeps_failing SERVER: it was begun twice more since it was first seen to be tried on this manifest.
keeps_failing() {
  local file number
  file=$(newest_log "$1")
  [ -n "$file" ] && [ ! "${file%/*}" -ot "$MANIFESTS/$1.yaml" ] || return
  number=$(basename "$file" .log)
  tried=${tried:-$number}
  [ "$number" -ge $((tried + 2)) ]
}

# The kubelet keeps the logs of a pod, which is another one for another manifest, by the number of the try.
newest_log() {
  local logs
  logs=$(find /var/log/pods -mindepth 2 -maxdepth 2 -path "*/kube-system_$1-*/$1" -printf '%T@ %p\n' 2>/dev/null | sort -n | tail -n 1 | cut -d ' ' -f 2-)
  [ -z "$logs" ] || find "$logs" -name '[0-9]*.log' | sort -V | tail -n 1
}

# What it said last, out of either runtime's form.
last_words() {
  local file
  file=$(newest_log "$1")
  [ -s "$file" ] || return 0
  tail -n 1 "$file" | sed -E 's/^\{"log":"(.*)","stream":.*$/\1/; s/\\n$//; s/\\\\/\x01/g; s/\\"/"/g; s/\x01/\\/g; s/^[^ ]+ std(out|err) [FP] //'
}

# servers_said: what those said last that are not up.
servers_said() {
  local server words
  for server in "${SERVERS[@]}"; do
    if [ ! -e "$MANIFESTS/$server.yaml" ] || is_up "$server"; then continue; fi
    words=$(last_words "$server")
    printf '%s' "${words:+. $server said last: $words}"
  done
}

manifests_failed() {
  local differs said back="it is on those before again"
  said=$(last_words "$1")
  differs=$(manifest_changes)
  [ -n "$differs" ] || die "$1 of $(hostname) does not come up.$(told "" "$said")"
  put_manifests_back || back="nor on those before"
  keep_address
  die "$1 of $(hostname) does not come up on its new settings, $back; the cluster's configuration was not changed.$(told "$differs" "$said")"
}

manifest_changes() {
  local server
  for server in "${SERVERS[@]}"; do
    [ ! -e "$STATE/manifests/$server.yaml" ] || changed_lines "$STATE/manifests/$server.yaml" "$MANIFESTS/$server.yaml"
  done
}

put_manifests_back() {
  local server
  for server in "${SERVERS[@]}"; do
    cmp -s "$STATE/manifests/$server.yaml" "$MANIFESTS/$server.yaml" && continue
    put_manifest "$STATE/manifests/$server.yaml"
  done
  rewritten=" "
  for server in "${SERVERS[@]}"; do wait_for 150 "$server to be up on the manifest before" is_as_written "$server" || return; done
}
