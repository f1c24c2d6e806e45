# Here is the text of components/machine/lib.sh.

readonly SCRIPT='only-rollout'

# Here is the text of components/machine/units.sh.

readonly NODE='only'

readonly -a REVISIONS=('cf9da977cb5bdd74' 'be39d54c3efc4597')

write_files() {
  :
}
remove_files() {
  :
}

# Here is the text of components/rollout/rollout.sh.

main "$1" </dev/null
exit
