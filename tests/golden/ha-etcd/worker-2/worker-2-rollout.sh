# Here is the text of components/machine/lib.sh.

readonly SCRIPT='worker-2-rollout'

# Here is the text of components/machine/units.sh.

readonly NODE='worker-2'

readonly -a REVISIONS=('bc81bc2cf78b6c1a' '45ca566c6a022828')

write_files() {
  :
}
remove_files() {
  :
}

# Here is the text of components/rollout/rollout.sh.

main "$1" </dev/null
exit
