# Here is the text of components/machine/lib.sh.

# Here is the text of components/machine/memory.sh.

readonly SCRIPT='master-1-rollout'

readonly -a SECRETS=()

# Here is the text of components/machine/units.sh.

readonly NODE='master-1'

readonly -a REVISIONS=('5e9f796549dd1323' 'e9aab598fd34bc41')

readonly PROGRAM='caeea3ccb4028282'

write_files() {
  :
}
remove_files() {
  :
}

# Here is the text of components/rollout/rollout.sh.

main "$1" </dev/null
exit
