# Here is the text of components/machine/lib.sh.

# Here is the text of components/machine/memory.sh.

readonly SCRIPT='worker-1-member'

readonly NODE='worker-1'

readonly DRAIN_SECONDS='120'

readonly LOST='false'

readonly PROGRAM='9e52bf871e380747'

readonly IDENTITY='ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIBMCn56D0Vs9Q3wqdWj8HKeZDs8/95vvbaCPE/9a4Sr4'

write_files() {
  :
}
remove_files() {
  :
}

# Here is the text of components/worker/member.sh.

main "$1" </dev/null
exit
