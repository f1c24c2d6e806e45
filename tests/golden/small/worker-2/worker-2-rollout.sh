# Here is the text of components/machine/lib.sh.

readonly SCRIPT='worker-2-rollout'

# Here is the text of components/machine/units.sh.

readonly NODE='worker-2'

readonly -a REVISIONS=('2d15644a3c88c1cf' '4a4e89bdf45f6039')

write_files() {
  :
}
remove_files() {
  :
}

# Here is the text of components/rollout/rollout.sh.

main "$1" </dev/null
exit
