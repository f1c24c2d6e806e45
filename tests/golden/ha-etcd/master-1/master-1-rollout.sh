# Here is the text of components/script/lib.sh.

# Here is the text of components/script/memory.sh.

readonly SCRIPT='master-1-rollout'

readonly -a SECRETS=()

# Here is the text of components/script/units.sh.

readonly NODE='master-1'

readonly -a REVISIONS=('bda9e9fd9f2d182d' '72382d1dcf08c637')

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
