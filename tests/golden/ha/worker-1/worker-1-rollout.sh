# Here is the text of components/script/lib.sh.

# Here is the text of components/script/memory.sh.

readonly SCRIPT='worker-1-rollout'

readonly -a SECRETS=()

# Here is the text of components/script/units.sh.

# Here is the text of components/script/turns.sh.

readonly NODE='worker-1'

readonly -a REVISIONS=('c33d1cc6988a7a95' '7fa1b57d1c352748')

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
