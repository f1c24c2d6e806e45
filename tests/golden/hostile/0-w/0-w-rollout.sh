# Here is the text of components/machine/lib.sh.

# Here is the text of components/machine/memory.sh.

readonly SCRIPT='0-w-rollout'

readonly -a SECRETS=()

# Here is the text of components/machine/units.sh.

readonly NODE='0-w'

readonly -a REVISIONS=('60490e4c306062be' '66a77afe404d8bbe')

readonly PROGRAM='94e17ca446773b5b'

write_files() {
  :
}
remove_files() {
  :
}

# Here is the text of components/rollout/rollout.sh.

main "$1" </dev/null
exit
