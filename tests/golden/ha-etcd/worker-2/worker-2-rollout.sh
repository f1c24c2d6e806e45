# Here is the text of components/machine/lib.sh.

# Here is the text of components/machine/memory.sh.

readonly SCRIPT='worker-2-rollout'

readonly -a SECRETS=()

# Here is the text of components/machine/units.sh.

readonly NODE='worker-2'

readonly -a REVISIONS=('1383a187fa3b7df6' '2438fcd87b848aaa')

readonly PROGRAM='13105e57d730dda2'

write_files() {
  :
}
remove_files() {
  :
}

# Here is the text of components/rollout/rollout.sh.

main "$1" </dev/null
exit
