# Here is the text of components/machine/lib.sh.

# Here is the text of components/machine/memory.sh.

readonly SCRIPT='master-1-rollout'

readonly -a SECRETS=()

# Here is the text of components/machine/units.sh.

readonly NODE='master-1'

readonly -a REVISIONS=('e2f7595c19b733ec' 'cbf49c20d9d1312c')

readonly PROGRAM='6bc21122a4d5367b'

write_files() {
  :
}
remove_files() {
  :
}

# Here is the text of components/rollout/rollout.sh.

main "$1" </dev/null
exit
