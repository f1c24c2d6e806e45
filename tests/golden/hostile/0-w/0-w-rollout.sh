# Here is the text of components/machine/lib.sh.

# Here is the text of components/machine/memory.sh.

readonly SCRIPT='0-w-rollout'

readonly -a SECRETS=()

# Here is the text of components/machine/units.sh.

readonly NODE='0-w'

readonly -a REVISIONS=('ddae2a218c9412dd' 'c53650473c1e1bae')

readonly PROGRAM='53b2756561ef0cd2'

write_files() {
  :
}
remove_files() {
  :
}

# Here is the text of components/rollout/rollout.sh.

main "$1" </dev/null
exit
