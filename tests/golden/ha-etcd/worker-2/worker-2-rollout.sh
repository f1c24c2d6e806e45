# Here is the text of components/worker/admit.sh.
# Here is the text of components/machine/lib.sh.

readonly SCRIPT='worker-2-rollout'

readonly NODE='worker-2'

readonly -a REVISIONS=('e9928b22e3406f40' '3efd54e9efe3a5a2')

write_files() {
  :
}
remove_files() {
  :
}

# Here is the text of components/rollout/rollout.sh.

main "$1" </dev/null
exit
