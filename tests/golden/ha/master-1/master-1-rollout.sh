# Here is the text of components/worker/admit.sh.
# Here is the text of components/machine/lib.sh.

readonly SCRIPT='master-1-rollout'

readonly NODE='master-1'

readonly -a REVISIONS=('91ac83704255c3af' '72f7627de01c66ad')

write_files() {
  :
}
remove_files() {
  :
}

# Here is the text of components/rollout/rollout.sh.

main "$1" </dev/null
exit
