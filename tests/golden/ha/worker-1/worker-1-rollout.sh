# Here is the text of components/worker/admit.sh.
# Here is the text of components/machine/lib.sh.

readonly SCRIPT='worker-1-rollout'

readonly NODE='worker-1'

readonly -a REVISIONS=('fd08ba6fedf70e90' 'e4283b918c1190f1')

write_files() {
  :
}
remove_files() {
  :
}

# Here is the text of components/rollout/rollout.sh.

main "$1" </dev/null
exit
