# Here is the text of components/machine/lib.sh.

# Here is the text of components/machine/memory.sh.

readonly SCRIPT='worker-2-rollout'

readonly -a SECRETS=()

# Here is the text of components/machine/units.sh.

readonly NODE='worker-2'

readonly -a REVISIONS=('1de8de96fd6199fc' '2ea0bd01ba7bc6d3')

readonly PROGRAM='7f17de9388f85332'

write_files() {
  :
}
remove_files() {
  :
}

# Here is the text of components/rollout/rollout.sh.

main "$1" </dev/null
exit
