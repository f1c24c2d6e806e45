# What a machine remembers of the scripts that run on it, in $STATE/scripts/NAME:
#   ran    "running" or "done", the digest of the program, an id of that run alone, and the token of one that mends
#   wrote  what the script left here, a line each: KIND FINGERPRINT NAME
#   undo   a program that takes it back, for whoever has nothing but this machine
#   turn   a program that does what waits for the machine's turn
# and in $STATE/scripts/order the names, in the order in which they first ran.
# Reads: PROGRAM SECRETS

# shellcheck disable=SC2153 # the library gives STATE, and every program its name

readonly SCRIPTS=$STATE/scripts

# note_begin [TOKEN]: this program is at work here from now on.
note_begin() {
  local record=$SCRIPTS/$SCRIPT lock
  mkdir -p "$record"
  chmod 0700 "$STATE" "$SCRIPTS"
  exec {lock}>"$SCRIPTS/lock"
  flock "$lock"
  grep -qsxF "$SCRIPT" "$SCRIPTS/order" || printf '%s\n' "$SCRIPT" >>"$SCRIPTS/order"
  exec {lock}>&-
  remember_undo
  : >"$record/wrote.new"
  remember ran "running ${PROGRAM:-} ${EPOCHREALTIME//[!0-9]/}-$$${1:+ $1}"
}

# note_end: it has done what it was sent for.
note_end() {
  local record=$SCRIPTS/$SCRIPT state program run
  note_left
  read -r state program run <"$record/ran"
  remember ran "${state/running/done} $program $run"
}

# A turn is a part of the script's run: what it does not speak of is as it was noted then.
note_turn_begin() {
  # shellcheck disable=SC2034 # turns.sh reads it.
  in_turn=yes
  : >"$SCRIPTS/$SCRIPT/wrote.new"
}

note_turn_end() { note_left "$(cat "$SCRIPTS/$SCRIPT/wrote" 2>/dev/null || true)"; }

# note_left [BEFORE]: what is here now of what was noted; of the rest what BEFORE says.
note_left() {
  local record=$SCRIPTS/$SCRIPT left lock status=0
  # Scripts end side by side, and what one of them left may be another's too.
  exec {lock}>"$SCRIPTS/lock"
  flock "$lock"
  left=$(sort -u "$record/wrote.new" | fingerprints)
  # First the others: cut off in between, the file is as one of them left it, and not as this one did.
  awk "$BY_KIND_AND_NAME"' NF && !(key() in left) { left[key()] = $0; print }' <<<"$left${1:+$'\n'$1}" >"$record/wrote.new" &&
    tell_others "$record/wrote.new" && mv -f "$record/wrote.new" "$record/wrote" || status=1
  exec {lock}>&-
  return "$status"
}

# shellcheck disable=SC2016 # awk expands it.
readonly BY_KIND_AND_NAME='function key() { return $1 " " substr($0, length($1 $2) + 3) }'

# forget_script: what it did is undone.
forget_script() {
  local lock
  [ -e "$SCRIPTS/order" ] || return 0
  rm -rf "${SCRIPTS:?}/$SCRIPT"
  exec {lock}>"$SCRIPTS/lock"
  flock "$lock"
  { grep -vxF "$SCRIPT" "$SCRIPTS/order" || true; } >"$SCRIPTS/order.new"
  mv -f "$SCRIPTS/order.new" "$SCRIPTS/order"
  exec {lock}>&-
}

remember() {
  local file=$SCRIPTS/$SCRIPT/$1
  printf '%s' "${2:+$2$'\n'}" >"$file.new"
  mv -f "$file.new" "$file"
}

# tell_others FILE: what several scripts answer for is as the last of them left it: a rollout puts files in their places for others.
tell_others() {
  local own=$1 other
  [ -s "$own" ] || return 0
  for other in "$SCRIPTS"/*/wrote; do
    if [ ! -e "$other" ] || [ "$other" = "$SCRIPTS/$SCRIPT/wrote" ] || ! grep -qvxFf "$own" "$other"; then continue; fi
    awk "$BY_KIND_AND_NAME"'
      NR == FNR { left[key()] = $0; next }
      { print key() in left ? left[key()] : $0 }' "$own" "$other" >"$other.told" && mv -f "$other.told" "$other" || return
  done
}

# note KIND NAME: the script answers for it: a file, a program (a file too large to be read each time), a unit that is to run,
# a kernel setting, a package, an image ("docker NAME" or "containerd NAME"),
# that something is there, whatever is in it, or that the packet filter leads to the rules of kube-proxy.
note() { printf '%s %s\n' "$1" "$2" >>"$SCRIPTS/$SCRIPT/wrote.new"; }

# disown_file PATH: whoever it is left to changes it as well, and nobody has done so by hand.
disown_file() {
  local noted=$SCRIPTS/$SCRIPT/wrote.new
  { grep -vxF "file $1" "$noted" || true; } >"$noted.less"
  mv -f "$noted.less" "$noted"
}

# fingerprints: reads lines KIND NAME, and writes lines KIND FINGERPRINT NAME of what is there.
fingerprints() {
  local kind name value=() files=() programs=() images=()
  while read -r kind name; do
    case $kind in
    file) [ ! -f "$name" ] || files+=("$name") ;;
    program) [ ! -f "$name" ] || programs+=("$name") ;;
    kernel)
      value=()
      read -rd '' -a value 2>/dev/null <"/proc/sys/${name//.//}" || true
      printf 'kernel %s %s\n' "$(IFS=, && printf '%s' "${value[*]}")" "$name"
      ;;
    unit) printf 'unit active %s\n' "$name" ;;
    package) printf 'package installed %s\n' "$name" ;;
    image) images+=("$name") ;;
    rules) rules_are_lost || printf 'rules there %s\n' "$name" ;;
    present) [ ! -s "$name" ] || printf 'present there %s\n' "$name" ;;
    esac
  done
  # One may go meanwhile.
  [ "${#files[@]}" = 0 ] || {
    sha256sum "${files[@]}" || true
    stat -c '%a:%U:%G %n' "${files[@]}" || true
  } | awk '
    length($1) == 64 { sum[substr($0, 67)] = substr($1, 1, 16); next }
    { name = substr($0, length($1) + 2) }
    name in sum { print "file " sum[name] ":" $0 }'
  # Its link says nothing of it.
  [ "${#programs[@]}" = 0 ] || stat -L -c 'program %s:%Y:%a:%U:%G %n' "${programs[@]}"
  [ "${#images[@]}" = 0 ] || images_there "${images[@]}"
}

# rules_are_lost: kube-proxy has its chains, and nothing leads to them, as after iptables -F. It looks for its chains twice a minute, and for
# what leads to them once an hour.
rules_are_lost() { leads_nowhere nat PREROUTING KUBE-SERVICES || leads_nowhere filter FORWARD KUBE-FORWARD; }

leads_nowhere() {
  iptables -w 2 -t "$1" -S "$3" >/dev/null 2>&1 && ! grep -qw -- "$3" <(iptables -w 2 -t "$1" -S "$2" 2>/dev/null)
}

# images_there IMAGE...: a line of each that their runtime has, which is the same of all; one that does not answer has lost none. A question to
# Docker that does not run would start it.
images_there() {
  local image status=0 said
  case $1 in
  docker\ *)
    systemctl is-active --quiet docker.service && timeout 2 docker image inspect "${@#* }" >/dev/null 2>&1 || status=$?
    for image; do
      [ "$status" != 1 ] || said=$(timeout 2 docker image inspect "${image#* }" 2>&1 >/dev/null) || [[ ${said,,} != *"no such image"* ]] || continue
      printf 'image loaded %s\n' "$image"
    done
    ;;
  *)
    said=$(timeout 2 ctr --namespace k8s.io images ls -q 2>/dev/null) || said=$(printf '%s\n' "${@#* }")
    for image; do ! grep -qxF -- "${image#* }" <<<"$said" || printf 'image loaded %s\n' "$image"; done
    ;;
  esac
}

# is_as_left KIND PATH: nobody has changed the file since a script left it here; true also where none did.
is_as_left() {
  local left
  # A script that goes meanwhile takes its own with it: awk would not read what comes after.
  left=$({ cat "$SCRIPTS"/*/wrote 2>/dev/null || true; } | awk -v kind="$1" -v path="$2" '$1 == kind && substr($0, length($1 $2) + 3) == path')
  [ -z "$left" ] || grep -qxF "$left" <(printf '%s %s\n' "$1" "$2" | fingerprints)
}

# forget_starts PATH: what runs may have read in it what somebody else wrote: it starts anew.
forget_starts() {
  local files
  for files in "$STATE"/units/*.files; do
    ! grep -qsxF "$1" "$files" || rm -f "${files%.files}"
  done
}

remember_undo() { ! declare -p SECRETS >/dev/null 2>&1 || keep_program undo down; }

# keep_program FILE DIRECTION: this program without its secrets, to be run in that direction.
keep_program() {
  local file=$SCRIPTS/$SCRIPT/$1
  (
    umask 077
    program_of "main $2" >"$file.new"
  )
  mv -f "$file.new" "$file"
}

# program_of COMMAND: this program, as one that does only that. Secrets lie here no longer than they are needed.
program_of() {
  local hidden name
  hidden=$(IFS='|' && printf '%s' "${SECRETS[*]}")
  # One by one: a value of several lines is in several lines here, before bash 5.2.
  while read -r name; do
    [[ $name =~ ^(BASH[A-Z_]*|EUID|PPID|SHELLOPTS|UID|$hidden)$ ]] || declare -p "$name" 2>/dev/null || true
  done < <(readonly -p | sed -n 's/^declare -[a-zA-Z]* \([A-Za-z_][A-Za-z0-9_]*\)\(=.*\)\{0,1\}$/\1/p')
  declare -f
  printf 'shell_settings\n%s </dev/null\n' "$1"
}

# undo_scripts: takes back, the last first, whatever is remembered but of the script that asks.
undo_scripts() {
  local name
  [ -e "$SCRIPTS/order" ] || return 0
  while read -r name; do
    if [ "$name" = "$SCRIPT" ] || [ ! -e "$SCRIPTS/$name/undo" ]; then continue; fi
    log "undoing what $name did on $(hostname): the stack's state does not know of it"
    UNDONE_BY=$SCRIPT bash "$SCRIPTS/$name/undo" || die "what $name did on $(hostname) could not be undone: its output is above"
  done < <(tac "$SCRIPTS/order")
}
