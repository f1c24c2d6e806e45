# Here is the text of components/machine/lib.sh.

readonly SCRIPT='m-rollout'

readonly NODE='m'

readonly -a REVISIONS=('a0ccddd3020f8f6d' 'db0e37e5835eddb7')

write_files() {
  :
}
remove_files() {
  :
}

# Here is the text of components/rollout/rollout.sh.

main "$1" </dev/null
exit
