# Here is the text of components/machine/lib.sh.

readonly SCRIPT='0-w-rollout'

# Here is the text of components/machine/units.sh.

readonly NODE='0-w'

readonly -a REVISIONS=('c127b289538d4a7f' 'c4126f8c2dd9fe58')

write_files() {
  :
}
remove_files() {
  :
}

# Here is the text of components/rollout/rollout.sh.

main "$1" </dev/null
exit
