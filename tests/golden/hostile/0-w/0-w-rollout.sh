# Here is the text of components/worker/admit.sh.
# Here is the text of components/machine/lib.sh.

readonly SCRIPT='0-w-rollout'

readonly NODE='0-w'

readonly -a REVISIONS=('76c2dd9c091bebe5' '25fd47c0f2b6c363')

write_files() {
  :
}
remove_files() {
  :
}

# Here is the text of components/rollout/rollout.sh.

main "$1" </dev/null
exit
