# Here is the text of components/machine/lib.sh.

readonly SCRIPT='worker-1-rollout'

# Here is the text of components/machine/units.sh.

readonly NODE='worker-1'

readonly -a REVISIONS=('e5a647363286701c' '4d03bd104aec5519')

write_files() {
  :
}
remove_files() {
  :
}

# Here is the text of components/rollout/rollout.sh.

main "$1" </dev/null
exit
