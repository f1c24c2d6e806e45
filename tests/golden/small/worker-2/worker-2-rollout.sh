# Here is the text of components/script/lib.sh.

# Here is the text of components/script/memory.sh.

readonly SCRIPT='worker-2-rollout'

readonly -a SECRETS=()

# Here is the text of components/script/units.sh.

readonly NODE='worker-2'

readonly -a REVISIONS=('b3cbb7ddc701b971' '9706b905b8222806')

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
