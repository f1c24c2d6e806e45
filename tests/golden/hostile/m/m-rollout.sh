# Here is the text of components/machine/lib.sh.

readonly SCRIPT='m-rollout'

# Here is the text of components/machine/units.sh.

readonly NODE='m'

readonly -a REVISIONS=('363b279969a0e600' '9396aa4eaedd9bcc')

write_files() {
  :
}
remove_files() {
  :
}

# Here is the text of components/rollout/rollout.sh.

main "$1" </dev/null
exit
