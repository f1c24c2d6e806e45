# Here is the text of components/machine/lib.sh.

# Here is the text of components/machine/memory.sh.

readonly SCRIPT='worker-2-member'

readonly NODE='worker-2'

readonly DRAIN_SECONDS='120'

readonly LOST='false'

readonly IDENTITY='ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIBzp+j9lwXLx3+PcTOuB+CSnm0RRs9qQ4LRU6nptQzO8'

readonly PROGRAM='5342f8f33bb1da42'

write_files() {
  :
}
remove_files() {
  :
}

# Here is the text of components/worker/member.sh.

main "$1" </dev/null
exit
