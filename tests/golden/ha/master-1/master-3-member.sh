# Here is the text of components/machine/lib.sh.

# Here is the text of components/machine/memory.sh.

readonly SCRIPT='master-3-member'

readonly NODE='master-3'

readonly DRAIN_SECONDS='120'

readonly LOST='false'

readonly IDENTITY='ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIH2sEtS/DMsoM5YYwm9OVvPG5QWTGHVgKT/QM3Kji4Ny'

readonly PROGRAM='498baecc04928957'

write_files() {
  :
}
remove_files() {
  :
}

# Here is the text of components/worker/member.sh.

main "$1" </dev/null
exit
