# Here is the text of components/script/lib.sh.

# Here is the text of components/script/memory.sh.

readonly SCRIPT='m-rollout'

readonly -a SECRETS=()

# Here is the text of components/script/units.sh.

readonly NODE='m'

readonly -a REVISIONS=('6892c89672b6a4c6' '63d14de9e9bfb6f4')

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
