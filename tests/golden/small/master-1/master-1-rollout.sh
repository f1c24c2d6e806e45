# Here is the text of components/machine/lib.sh.

readonly SCRIPT='master-1-rollout'

# Here is the text of components/machine/units.sh.

readonly NODE='master-1'

readonly -a REVISIONS=('aee578acab257b98' '15925c436df3cc51')

write_files() {
  :
}
remove_files() {
  :
}

# Here is the text of components/rollout/rollout.sh.

main "$1" </dev/null
exit
