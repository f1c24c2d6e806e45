# Here is the text of components/machine/lib.sh.

# Here is the text of components/machine/memory.sh.

readonly SCRIPT='only-rollout'

readonly -a SECRETS=()

# Here is the text of components/machine/units.sh.

readonly NODE='only'

readonly -a REVISIONS=('d5d59485c7f9dd58' 'f4cd2e28f34fe533')

readonly PROGRAM='abaae95b8ee1733d'

write_files() {
  :
}
remove_files() {
  :
}

# Here is the text of components/rollout/rollout.sh.

main "$1" </dev/null
exit
