# Here is the text of components/script/lib.sh.

# Here is the text of components/script/memory.sh.

readonly SCRIPT='m-rollout'

readonly -a SECRETS=()

# Here is the text of components/script/units.sh.

# Here is the text of components/script/turns.sh.

readonly NODE='m'

readonly -a REVISIONS=('bb057d460b0a288a' 'a30b8fc50d3bc873')

readonly PROGRAM='its digest'

write_files() {
  :
}
remove_files() {
  :
}

# Here is the text of components/node/rollout/rollout.sh.

main "$1" </dev/null
exit
