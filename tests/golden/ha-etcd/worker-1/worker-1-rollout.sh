# Here is the text of components/machine/lib.sh.

readonly SCRIPT='worker-1-rollout'

readonly NODE='worker-1'

readonly -a REVISIONS=('705b0cb073b7087c' '454615d2cf621672')

write_files() {
  :
}
remove_files() {
  :
}

# Here is the text of components/rollout/rollout.sh.

main "$1" </dev/null
exit
