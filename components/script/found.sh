# What was on a machine before the program put anything of its own there, and the way back to it.

# remember_found BEGUN PATH...: notes once which of the PATHs are there, and whether they are empty, before anything of ours
# can have made them. Where an earlier release has BEGUN (true) without such notes, what is older than its state counts.
remember_found() {
  local begun=$1 path what
  shift
  mkdir -p "$STATE"
  for path; do
    ! is_remembered "$path" || continue
    what=absent
    if [ -e "$path" ] && { [ "$begun" != true ] || is_older "$path"; }; then
      what=there
      [ ! -d "$path" ] || [ -n "$(find "$path/" -mindepth 1 -maxdepth 1 ! -name lost+found -print -quit)" ] || what=empty
    fi
    printf '%s %s\n' "$what" "$path" >>"$STATE/there"
  done
}

is_remembered() { grep -qsE "^(absent|empty|there) $1\$" "$STATE/there"; }

# remember_empty PATH: notes once that what is in PATH is in nobody's use.
remember_empty() {
  mkdir -p "$STATE"
  is_remembered "$1" || printf 'empty %s\n' "$1" >>"$STATE/there"
}

# A file system that keeps no times of birth says 0, or "-".
is_older() {
  local born
  born=$(stat -c %W "$1")
  [[ $born = [1-9]* ]] && [ "$born" -lt "$(stat -c %W "$STATE")" ]
}

was_in_use() { grep -qsxF "there $1" "$STATE/there"; }

was_found() { was_in_use "$1" || grep -qsxF "empty $1" "$STATE/there"; }

# remove_ours PATH...: what was not there goes; a directory that was there empty, or that something is mounted on, is empty
# again; one that had something in it is left as it is. What is mounted in it is not entered.
remove_ours() {
  local path
  for path; do
    ! was_in_use "$path" || continue
    if [ -d "$path" ]; then
      empty_directory "$path" >&2 || true
      was_found "$path" || mountpoint -q "$path" || rmdir "$path" ||
        log "$path is left on $(hostname), for something is mounted in it, or at work"
    elif [ -e "$path" ] || [ -L "$path" ]; then
      was_found "$path" || rm -f "$path"
    fi
  done
}

# remove_if_empty PATH...: directories that were not there, unless others have put something in them.
remove_if_empty() {
  local path
  for path; do was_found "$path" || rmdir "$path" 2>/dev/null || true; done
}

# remember_setting OWNER NAME [VALUE]: a kernel setting as it is before OWNER has it changed, where the kernel has it; VALUE where it is too
# late to see that.
remember_setting() {
  local path=/proc/sys/${2//.//} kept=$STATE/sysctl/$1/$2
  [ -e "$path" ] && [ ! -e "$kept" ] || return 0
  mkdir -p "$STATE/sysctl/$1"
  printf '%s\n' "${3:-$(cat "$path")}" >"$kept.new"
  mv "$kept.new" "$kept"
}

restore_settings() {
  local kept
  for kept in "$STATE/sysctl/$1"/*; do restore_setting "$kept"; done
  rm -rf "$STATE/sysctl/${1:?}"
}

# A setting for all links is written to each of them, also where it is the same: only a change is taken back. What a file of the machine
# says by now, when ours is gone, somebody has decided since.
restore_setting() {
  local name=${1##*/} path value
  [ -e "$1" ] || return 0
  path=/proc/sys/${name//.//}
  value=$(last_settings | NAME=$name awk '$1 == ENVIRON["NAME"] { print $2 }') || value=''
  value=${value:-$(cat "$1")}
  [ "$value" = "$(cat "$path")" ] || printf '%s\n' "$value" >"$path" || true
} 2>/dev/null

# last_settings: "NAME VALUE FILE" of each kernel setting that a file of the machine's sets: the last word in the order of the files' names; ufw has
# its own after them.
last_settings() {
  { systemd-analyze cat-config sysctl.d 2>/dev/null && settings_of_ufw; } | awk '
    /^# \// { file = $2 }
    /^[^#;]*=/ {
      split($0, parts, "="); name = parts[1]; value = parts[2]
      gsub(/^[ \t]*-?[ \t]*|[ \t]*$/, "", name); gsub("/", ".", name); gsub(/[ \t]/, "", value)
      if (value != "") { last[name] = value; where[name] = file }
    }
    END { for (name in last) print name, last[name], where[name] }'
}

settings_of_ufw() { ! is_by_ufw || { echo "# /etc/ufw/sysctl.conf" && cat /etc/ufw/sysctl.conf; }; }

# is_by_ufw: ufw is turned on: the packet filter is its matter.
is_by_ufw() { grep -qsi '^ENABLED=yes' /etc/ufw/ufw.conf; }
