# Here is the text of components/worker/admit.sh.
# Here is the text of components/machine/lib.sh.

readonly SCRIPT='master-3-rollout'

readonly NODE='master-3'

readonly -a REVISIONS=('1b5ee8373bf57cdf' '4181b4327d1d294d')

write_files() {
  :
}
remove_files() {
  :
}

# Here is the text of components/rollout/rollout.sh.

main "$1" </dev/null
exit
