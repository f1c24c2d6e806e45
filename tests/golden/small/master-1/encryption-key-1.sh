# Here is the text of components/script/lib.sh.

# Here is the text of components/script/memory.sh.

readonly SCRIPT='encryption-key-1'

readonly GENERATION='1'

readonly PROGRAM='its digest'

write_files() {
  :
}
remove_files() {
  :
}

# Here is the text of components/encryption/key.sh.

main "$@" </dev/null
exit
