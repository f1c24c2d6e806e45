# Here is the text of components/machine/lib.sh.

readonly SCRIPT='master-2-rollout'

# Here is the text of components/machine/units.sh.

readonly NODE='master-2'

readonly -a REVISIONS=('b2c95df17a1386e8' '4df1aec063c44adb')

write_files() {
  :
}
remove_files() {
  :
}

# Here is the text of components/rollout/rollout.sh.

main "$1" </dev/null
exit
