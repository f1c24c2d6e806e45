# Here is the text of components/machine/lib.sh.

# Here is the text of components/machine/memory.sh.

readonly SCRIPT='master-1-member'

readonly NODE='master-1'

readonly DRAIN_SECONDS='120'

readonly LOST='false'

readonly IDENTITY='ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIGoOzrTPjeF2vSSr/4dIHslOerxr2GHkh72XbHDyJtXY'

readonly PROGRAM='d60684da4e607f16'

write_files() {
  :
}
remove_files() {
  :
}

# Here is the text of components/worker/member.sh.

main "$1" </dev/null
exit
