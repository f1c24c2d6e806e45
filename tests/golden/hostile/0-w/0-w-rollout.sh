# Here is the text of components/machine/lib.sh.

readonly SCRIPT='0-w-rollout'

# Here is the text of components/machine/units.sh.

readonly NODE='0-w'

readonly -a REVISIONS=('fb7e4aedd191a4cd' 'b33e12a17ed18ff7')

write_files() {
  :
}
remove_files() {
  :
}

# Here is the text of components/rollout/rollout.sh.

main "$1" </dev/null
exit
