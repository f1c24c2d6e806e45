# Here is the text of components/worker/admit.sh.
# Here is the text of components/machine/lib.sh.

readonly SCRIPT='only-rollout'

readonly NODE='only'

readonly -a REVISIONS=('308a5dbc2772ab72' 'aaa182b43f5b0738')

write_files() {
  :
}
remove_files() {
  :
}

# Here is the text of components/rollout/rollout.sh.

main "$1" </dev/null
exit
