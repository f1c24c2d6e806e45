# Here is the text of components/machine/lib.sh.

readonly SCRIPT='master-1-rollout'

# Here is the text of components/machine/units.sh.

readonly NODE='master-1'

readonly -a REVISIONS=('c165b4b564d81235' '3472b3b68219a18a')

write_files() {
  :
}
remove_files() {
  :
}

# Here is the text of components/rollout/rollout.sh.

main "$1" </dev/null
exit
