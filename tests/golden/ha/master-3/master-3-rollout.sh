# Here is the text of components/script/lib.sh.

# Here is the text of components/script/memory.sh.

readonly SCRIPT='master-3-rollout'

readonly -a SECRETS=()

# Here is the text of components/script/units.sh.

readonly NODE='master-3'

readonly -a REVISIONS=('b067665fb5154be5' 'c926d38fd994c52e')

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
