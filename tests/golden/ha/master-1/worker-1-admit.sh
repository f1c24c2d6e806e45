# Here is the text of components/machine/lib.sh.

readonly SCRIPT='worker-1-admit'

readonly NODE='worker-1'

readonly TOKEN='aaaaaa.aaaaaaaaaaaaaaaa'

write_files() {
  :
}
remove_files() {
  :
}

# Here is the text of components/worker/admit.sh.

main "$1" </dev/null
exit
