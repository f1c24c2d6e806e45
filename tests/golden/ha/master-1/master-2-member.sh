# Here is the text of components/machine/lib.sh.

# Here is the text of components/machine/memory.sh.

readonly SCRIPT='master-2-member'

readonly NODE='master-2'

readonly DRAIN_SECONDS='120'

readonly LOST='false'

readonly IDENTITY='ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIOdF/nSt3SfEQW74JBeU1VemyPo6+aTKDbHmm4xZ9PIv'

readonly PROGRAM='95e83db5d82dc69f'

write_files() {
  :
}
remove_files() {
  :
}

# Here is the text of components/worker/member.sh.

main "$1" </dev/null
exit
