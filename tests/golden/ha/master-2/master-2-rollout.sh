# Here is the text of components/machine/lib.sh.

# Here is the text of components/machine/memory.sh.

readonly SCRIPT='master-2-rollout'

readonly -a SECRETS=()

# Here is the text of components/machine/units.sh.

readonly NODE='master-2'

readonly -a REVISIONS=('2002556e2bfadbf3' '94b48fb9f59cca82')

readonly PROGRAM='5021735fd573d8d6'

write_files() {
  :
}
remove_files() {
  :
}

# Here is the text of components/rollout/rollout.sh.

main "$1" </dev/null
exit
