# Here is the text of components/script/lib.sh.

# Here is the text of components/script/memory.sh.

readonly SCRIPT='master-2-rollout'

readonly -a SECRETS=()

# Here is the text of components/script/units.sh.

readonly NODE='master-2'

readonly -a REVISIONS=('3670c4d21ef35d76' 'acfc0eeb95ee11e8')

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
