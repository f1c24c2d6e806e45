# Here is the text of components/machine/lib.sh.

# Here is the text of components/machine/memory.sh.

readonly SCRIPT='only-rollout'

readonly -a SECRETS=()

# Here is the text of components/machine/units.sh.

readonly NODE='only'

readonly -a REVISIONS=('8f085cd0a35f5a97' '26763ebe6ce5ec4d')

readonly PROGRAM='be49a241d9b02fbc'

write_files() {
  :
}
remove_files() {
  :
}

# Here is the text of components/rollout/rollout.sh.

main "$1" </dev/null
exit
