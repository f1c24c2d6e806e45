# Here is the text of components/machine/lib.sh.

readonly SCRIPT='0-w-rollout'

# Here is the text of components/machine/units.sh.

readonly NODE='0-w'

readonly -a REVISIONS=('fa65b2d62c8d75ad' '3245bfcfb8c6423e')

write_files() {
  :
}
remove_files() {
  :
}

# Here is the text of components/rollout/rollout.sh.

main "$1" </dev/null
exit
