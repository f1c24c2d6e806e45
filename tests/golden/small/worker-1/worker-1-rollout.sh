# Here is the text of components/machine/lib.sh.

readonly SCRIPT='worker-1-rollout'

# Here is the text of components/machine/units.sh.

readonly NODE='worker-1'

readonly -a REVISIONS=('e5a647363286701c' '0572958d3897d3b3')

write_files() {
  :
}
remove_files() {
  :
}

# Here is the text of components/rollout/rollout.sh.

main "$1" </dev/null
exit
