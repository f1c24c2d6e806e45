# Here is the text of components/script/lib.sh.

# Here is the text of components/script/memory.sh.

readonly SCRIPT='worker-1-rollout'

readonly -a SECRETS=()

# Here is the text of components/script/units.sh.

# Here is the text of components/script/turns.sh.

readonly NODE='worker-1'

readonly -a REVISIONS=('452447395f7fc450' '02a5c962040d680a')

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
