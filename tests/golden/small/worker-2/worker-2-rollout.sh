# Here is the text of components/worker/admit.sh.
# Here is the text of components/machine/lib.sh.

readonly SCRIPT='worker-2-rollout'

readonly NODE='worker-2'

readonly -a REVISIONS=('abf881eaca014f41' '29d2f9ec1506fd5f')

write_files() {
  :
}
remove_files() {
  :
}

# Here is the text of components/rollout/rollout.sh.

main "$1" </dev/null
exit
