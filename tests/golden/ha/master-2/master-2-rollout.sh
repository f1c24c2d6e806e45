# Here is the text of components/worker/admit.sh.
# Here is the text of components/machine/lib.sh.

readonly SCRIPT='master-2-rollout'

readonly NODE='master-2'

readonly -a REVISIONS=('bf5e3eb9228e395d' '4c700922e50c7785')

write_files() {
  :
}
remove_files() {
  :
}

# Here is the text of components/rollout/rollout.sh.

main "$1" </dev/null
exit
