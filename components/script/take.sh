# How a program takes the texts that it is made of from where its machine keeps them, by their digests: a text that is not whole is
# never run. Read with the program's direction, before anything else. What an up lacks the program that runs it sends; nobody sends
# anything when a resource is deleted, and then the machine's own way back does the work.

# kept NAME DIGEST: reads the text here.
kept() {
  local text=/var/lib/keelson/texts/$2
  ! is_anothers || leave_alone
  # It is asked once.
  cluster=
  # shellcheck disable=SC1090 # one of many
  if text_is_whole "$text" "$2"; then . "$text"; else text_is_gone "$1" "$2"; fi
}

text_is_whole() { [[ $(sha256sum "$1" 2>/dev/null) = "$2"* ]]; }

# handed NAME DIGEST: reads a secret that the machine was handed for this run, and forgets it; the way out needs none.
handed() {
  local secret=/run/keelson/handed/$SCRIPT/$2
  if [ "$direction" = down ]; then
    ! is_anothers || leave_alone
    rm -rf "${secret%/*}"
    return
  fi
  if ! text_is_whole "$secret" "$2"; then
    echo "error: $(hostname) was not handed $1 ($2), which $SCRIPT needs: an up hands it over" >&2
    rm -rf "${secret%/*}"
    exit 1
  fi
  # shellcheck disable=SC1090 # a line, NAME and its value
  . "$secret"
  rm -f "$secret"
}

text_is_gone() {
  local memory=/var/lib/keelson/scripts/$SCRIPT
  if [ "$direction" = down ] && [ -s "$memory/undo" ]; then
    bash "$memory/undo" </dev/null
    exit
  fi
  # A machine that was rebuilt, and was sent what a run that failed was to bring it. What speaks of another machine keeps no way back here.
  if [ "$direction" = down ] && [ ! -d "$memory" ] && declare -p SECRETS >/dev/null 2>&1; then
    echo "$(hostname) remembers nothing of $SCRIPT: nothing is undone" >&2
    exit
  fi
  echo "error: $(hostname) has lost the text $1 ($2), which $SCRIPT is made of: an up sends it again" >&2
  exit 1
}

# is_anothers: the way out is asked for by a cluster that is not the one that has the machine: a state may be of before that.
is_anothers() { [ "$direction" = down ] && [ -n "$cluster" ] && [ -s "$owner" ] && [ "$(head -c "${#cluster}" "$owner")" != "$cluster" ]; }

# What is there now is not that cluster's own. What speaks of another machine would have to be done elsewhere.
leave_alone() {
  local whose
  whose="$(hostname) is of the cluster of stack \"$(cut -d ' ' -f 2- "$owner")\" now"
  if declare -p SECRETS >/dev/null 2>&1; then
    echo "$whose: nothing is undone" >&2
    exit
  fi
  echo "error: $whose, and $SCRIPT is undone by way of it: take it out of machines first" >&2
  exit 1
}

direction=$1 cluster=${2:-} owner=/var/lib/keelson/cluster
