# Here is the text of components/machine/lib.sh.

# Here is the text of components/machine/memory.sh.

readonly SCRIPT='worker-2-rollout'

readonly -a SECRETS=()

# Here is the text of components/machine/units.sh.

# Here is the text of components/machine/turns.sh.

readonly NODE='worker-2'

readonly -a REVISIONS=('befb7b1a9fb67d17' '46d689437772a2bb')

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
