# Here is the text of components/machine/lib.sh.

readonly SCRIPT='only-rollout'

# Here is the text of components/machine/units.sh.

readonly NODE='only'

readonly -a REVISIONS=('fba981819bc300b3' '8b771989f662457f')

write_files() {
  :
}
remove_files() {
  :
}

# Here is the text of components/rollout/rollout.sh.

main "$1" </dev/null
exit
