# Here is the text of components/script/lib.sh.

# Here is the text of components/script/memory.sh.

readonly SCRIPT='worker-2-ready'

# Here is the text of components/network/pods.sh.

# Here is the text of components/node/cordon.sh.

readonly NODE='worker-2'

readonly IDENTITY='ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIBzp+j9lwXLx3+PcTOuB+CSnm0RRs9qQ4LRU6nptQzO8'

readonly CORDONED='false'

readonly TAINTED='false'

readonly PROGRAM='its digest'

write_files() {
  :
}
remove_files() {
  :
}

# Here is the text of components/node/ready.sh.

main "$@" </dev/null
exit
