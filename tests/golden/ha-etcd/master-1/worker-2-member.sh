# Here is the text of components/script/lib.sh.

# Here is the text of components/script/memory.sh.

readonly SCRIPT='worker-2-member'

# Here is the text of components/node/lease.sh.

# Here is the text of components/node/cordon.sh.

readonly NODE='worker-2'

readonly DRAIN_SECONDS='120'

readonly LOST='false'

readonly RESTORED='0'

readonly PROGRAM='its digest'

write_files() {
  :
}
remove_files() {
  :
}

# Here is the text of components/node/node.sh.

main "$@" </dev/null
exit
