# Here is the text of components/worker/admit.sh.
# Here is the text of components/machine/lib.sh.

readonly SCRIPT='master-1-rollout'

readonly NODE='master-1'

readonly -a REVISIONS=('4c77b31083a95727' 'acdebde848fbb845')

write_files() {
  :
}
remove_files() {
  :
}

# Here is the text of components/rollout/rollout.sh.

main "$1" </dev/null
exit
