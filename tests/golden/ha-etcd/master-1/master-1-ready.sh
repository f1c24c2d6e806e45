# Here is the text of components/script/lib.sh.

# Here is the text of components/script/memory.sh.

readonly SCRIPT='master-1-ready'

# Here is the text of components/network/pods.sh.

# Here is the text of components/node/cordon.sh.

readonly NODE='master-1'

readonly IDENTITY='ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIGoOzrTPjeF2vSSr/4dIHslOerxr2GHkh72XbHDyJtXY'

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
