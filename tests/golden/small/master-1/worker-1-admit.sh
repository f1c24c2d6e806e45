# Here is the text of components/worker/admit.sh.
# Here is the text of components/machine/lib.sh.

readonly SCRIPT='worker-1-admit'

readonly NODE='worker-1'

readonly IDENTITY='ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIErnJza2pv2q+ndhkYf4keP1l1AkjhDD40CHHKw/SKcd'

readonly TOKEN='aaaaaa.aaaaaaaaaaaaaaaa'

write_files() {
  :
}
remove_files() {
  :
}



main "$1" </dev/null
exit
