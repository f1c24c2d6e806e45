# Here is the text of components/machine/lib.sh.

readonly SCRIPT='master-2-rollout'

# Here is the text of components/machine/units.sh.

readonly NODE='master-2'

readonly -a REVISIONS=('efe905ba1b28b10b' 'f588554d28efcb90')

write_files() {
  :
}
remove_files() {
  :
}

# Here is the text of components/rollout/rollout.sh.

main "$1" </dev/null
exit
