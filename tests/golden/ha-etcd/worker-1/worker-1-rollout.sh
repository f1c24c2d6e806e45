# Here is the text of components/machine/lib.sh.

readonly SCRIPT='worker-1-rollout'

# Here is the text of components/machine/units.sh.

readonly NODE='worker-1'

readonly -a REVISIONS=('415ddbd9634828d9' 'fb59238cd11bc5e0')

write_files() {
  :
}
remove_files() {
  :
}

# Here is the text of components/rollout/rollout.sh.

main "$1" </dev/null
exit
