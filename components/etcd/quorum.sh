# A guard of the preflight, on a machine with a member of etcd: a change of the members that etcd would not survive, or not
# take, is refused before anything is touched.
# Reads: TARGET RESTORE
# Runs again for: IDENTITIES

guard() {
  local swapped
  swapped=$(restored swap)
  if [ "$swapped" -gt "$(restored resume)" ] && [ "$RESTORE" -lt "$swapped" ]; then
    problem "the restore $swapped of etcd is half done here, and the API may be away for it: put etcd.restore back, with the generation $swapped or a higher one, and run up"
    return
  fi
  has_member || return 0
  systemctl is-active --quiet etcd.service || return 0
  # A restore that is to come needs no quorum.
  [ "$RESTORE" -le "$(restored resume)" ] || return 0
  ! has_ended || return 0
  local list id status name peer client learner voters=0 well=0 known=() silent=() strange=()
  if ! list=$(members); then
    problem "etcd has no quorum, so members can neither be added nor removed: start those that are down"
    return
  fi
  while IFS=', ' read -r id status name peer client learner; do
    known+=("$peer")
    is_among "$peer" "${TARGET[@]}" || strange+=("${name:-one without a name} ($id, $peer)")
    # A learner has no vote. One that never began has one, and does not cast it.
    [ "$learner" = false ] || continue
    voters=$((voters + 1))
    [ -n "$client" ] || continue
    if is_well "$client"; then
      well=$((well + 1))
    elif is_among "$peer" "${TARGET[@]}"; then
      log "etcd: the member $name ($id, $status) does not answer at $client"
      silent+=("$name")
    fi
  done <<<"$list"
  # Which of both it is, only the state knows.
  [ "${#strange[@]}" = 0 ] ||
    log "etcd has members that are no machine of the stack: $(printf ', %s' "${strange[@]}" | cut -c 3-). One that does not leave in this run" \
      "is left from a join that failed: etcdctl member remove ID removes it"
  [ "$well" -gt $((voters / 2)) ] ||
    problem "etcd has $voters members, of which $well are healthy, and adds or removes none: start those that are down"
  weigh_target
}

# restored STAGE: for which generation that stage of a restore was done here. Members of which only some have swapped are two clusters.
restored() { cat "$STATE/restore/$1" 2>/dev/null || printf 0; }

# By a certificate that has ended nobody is asked, and the run that is refused for that is the one that would renew it.
has_ended() {
  local name certificate
  for name in server peer healthcheck-client; do
    certificate=/etc/etcd/pki/etcd/$name.crt
    [ "$(openssl x509 -checkend 0 -noout -in "$certificate" 2>/dev/null || true)" = "Certificate will expire" ] || continue
    log "etcd: $certificate has ended, and is renewed before anybody is asked for the members"
    return
  done
  return 1
}

# Those that are down and are to stay count among the members, and do not vote; while one is down, none can join.
weigh_target() {
  local voting=$((${#TARGET[@]} - ${#silent[@]})) peer names way
  [ "${#silent[@]}" -gt 0 ] || return 0
  names=$(printf ', %s' "${silent[@]}")
  names=${names#, }
  way="The safe order: start $names, or mark it as lost, and run up; then change the others"
  if [ "$voting" -le $((${#TARGET[@]} / 2)) ]; then
    problem "of the members that etcd is to have (${#TARGET[@]}), $voting would vote, because $names does not answer. $way"
    return
  fi
  for peer in "${TARGET[@]}"; do
    is_among "$peer" "${known[@]}" ||
      problem "etcd adds no member at $peer while $names does not answer. $way"
  done
}

is_among() {
  local one=$1
  shift
  [[ " $* " = *" $one "* ]]
}
