# Here is the text of components/script/lib.sh.

# Here is the text of components/script/memory.sh.

readonly SCRIPT='worker-1-ready'

# Here is the text of components/network/pods.sh.

# Here is the text of components/node/cordon.sh.

readonly NODE='worker-1'

readonly CORDONED='false'

readonly TAINTED='false'

readonly PROGRAM='its digest'

readonly IDENTITY='ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIBMCn56D0Vs9Q3wqdWj8HKeZDs8/95vvbaCPE/9a4Sr4'

write_files() {
  :
}
remove_files() {
  :
}

# Here is the text of components/node/ready.sh.

main "$@" </dev/null
exit
