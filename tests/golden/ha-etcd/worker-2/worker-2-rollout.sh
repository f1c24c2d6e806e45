# Here is the text of components/machine/lib.sh.

readonly SCRIPT='worker-2-rollout'

# Here is the text of components/machine/units.sh.

readonly NODE='worker-2'

readonly -a REVISIONS=('b556dd0e5d697a6b' '3d4c077cf094d087')

write_files() {
  :
}
remove_files() {
  :
}

# Here is the text of components/rollout/rollout.sh.

main "$1" </dev/null
exit
