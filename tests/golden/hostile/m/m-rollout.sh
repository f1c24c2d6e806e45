# Here is the text of components/worker/admit.sh.
# Here is the text of components/machine/lib.sh.

readonly SCRIPT='m-rollout'

readonly NODE='m'

readonly -a REVISIONS=('552434243de93d24' 'd7855768641606fa')

write_files() {
  :
}
remove_files() {
  :
}

# Here is the text of components/rollout/rollout.sh.

main "$1" </dev/null
exit
