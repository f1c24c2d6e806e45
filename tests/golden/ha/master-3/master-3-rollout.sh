# Here is the text of components/machine/lib.sh.

# Here is the text of components/machine/memory.sh.

readonly SCRIPT='master-3-rollout'

readonly -a SECRETS=()

# Here is the text of components/machine/units.sh.

# Here is the text of components/machine/turns.sh.

readonly NODE='master-3'

readonly -a REVISIONS=('b178e14dba33d542' 'c01bf8c8a930bf6c')

readonly PROGRAM='its digest'

write_files() {
  :
}
remove_files() {
  :
}

# Here is the text of components/rollout/rollout.sh.

main "$1" </dev/null
exit
