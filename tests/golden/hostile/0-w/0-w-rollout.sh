# Here is the text of components/script/lib.sh.

# Here is the text of components/script/memory.sh.

readonly SCRIPT='0-w-rollout'

readonly -a SECRETS=()

# Here is the text of components/script/units.sh.

readonly NODE='0-w'

readonly -a REVISIONS=('56e97662153bcd42' 'a424f76bb4865039')

readonly PROGRAM='its digest'

write_files() {
  :
}
remove_files() {
  :
}

# Here is the text of components/rollout/rollout.sh.

main "$1" </dev/null
exit
