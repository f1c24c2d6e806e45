# Here is the text of components/script/lib.sh.

# Here is the text of components/script/memory.sh.

readonly SCRIPT='0-w-rollout'

readonly -a SECRETS=()

# Here is the text of components/script/units.sh.

readonly NODE='0-w'

readonly -a REVISIONS=('bf06f8c4f4e25e55' 'd482a13c84ed6553')

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
