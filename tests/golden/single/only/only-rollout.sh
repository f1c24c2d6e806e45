# Here is the text of components/machine/lib.sh.

readonly SCRIPT='only-rollout'

# Here is the text of components/machine/units.sh.

readonly NODE='only'

readonly -a REVISIONS=('71b808e0534a84de' '87a638d49f1610f6')

write_files() {
  :
}
remove_files() {
  :
}

# Here is the text of components/rollout/rollout.sh.

main "$1" </dev/null
exit
