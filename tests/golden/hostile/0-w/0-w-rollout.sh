# Here is the text of components/machine/lib.sh.

# Here is the text of components/machine/memory.sh.

readonly SCRIPT='0-w-rollout'

readonly -a SECRETS=()

# Here is the text of components/machine/units.sh.

readonly NODE='0-w'

readonly -a REVISIONS=('11f699ac908948c2' 'de313985675454fd')

readonly PROGRAM='67c63d00993bb594'

write_files() {
  :
}
remove_files() {
  :
}

# Here is the text of components/rollout/rollout.sh.

main "$1" </dev/null
exit
