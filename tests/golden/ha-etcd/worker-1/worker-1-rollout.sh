# Here is the text of components/worker/admit.sh.
# Here is the text of components/machine/lib.sh.

readonly SCRIPT='worker-1-rollout'

readonly NODE='worker-1'

readonly -a REVISIONS=('88529f25c2974f30' '8d56d5df1b9ea812')

write_files() {
  :
}
remove_files() {
  :
}

# Here is the text of components/rollout/rollout.sh.

main "$1" </dev/null
exit
