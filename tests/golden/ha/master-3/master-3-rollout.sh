# Here is the text of components/machine/lib.sh.

readonly SCRIPT='master-3-rollout'

# Here is the text of components/machine/units.sh.

readonly NODE='master-3'

readonly -a REVISIONS=('f81bc24ee6c53edb' '35b727676b678784')

write_files() {
  :
}
remove_files() {
  :
}

# Here is the text of components/rollout/rollout.sh.

main "$1" </dev/null
exit
