# What the toolchain's scripts have in common: where finished things are kept, and how they speak.
# shellcheck shell=bash
set -euo pipefail
shopt -s inherit_errexit

TOOLCHAIN=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
# shellcheck disable=SC2034 # for the scripts that read this one
readonly TOOLCHAIN
# A timer's service has none.
HOME=${HOME:-$(getent passwd "$(id -u)" | cut -d : -f 6)}
export HOME
readonly CACHE=${KEELSON_CACHE:-${XDG_CACHE_HOME:-$HOME/.cache}/keelson}

say() { printf '  %s\n' "$*" >&2; }

die() {
  printf 'error: %s\n' "$*" >&2
  exit 1
}

# key_of FILE...: a short digest of what the files hold, and of the processor they are for.
key_of() {
  { cat "$@" && uname -m; } | sha256sum | cut -c 1-16
}

# only_one NAME: waits until no other run is at the same thing; the lock goes with this process.
only_one() {
  mkdir -p "$CACHE"
  exec {ONLY_ONE}>"$CACHE/$1.lock"
  flock -n "$ONLY_ONE" && return
  say "$1: another run is at it; waiting for that one"
  flock "$ONLY_ONE"
}

# keep PARTIAL FINAL: what is under its final name is whole.
keep() {
  rm -rf "$2"
  mkdir -p "$(dirname "$2")"
  mv "$1" "$2"
}

# took START: seconds since START, which was $SECONDS then.
took() { printf '%s s' "$((SECONDS - $1))"; }

# provider_of STACK: by whom its machines are made, as the stack's own file says; nothing where it does not.
provider_of() { sed -nE "/^ *[\"']?keelson:provider[\"']?: */ { s///; s/^[\"']?([a-z]*).*/\\1/p; q }" "$TOOLCHAIN/../Pulumi.$1.yaml"; }

# is_local STACK: its machines are made on this computer.
is_local() { [ "$(provider_of "$1")" = local ]; }
