# Here is the text of components/worker/admit.sh.
# Here is the text of components/machine/lib.sh.

readonly SCRIPT='worker-2-member'

readonly NODE='worker-2'

readonly DRAIN_SECONDS='120'

readonly IDENTITY='ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIO0s+dgJO2IQsZ+e8VRuhP4h0Rx87GKDP68B6hJs9x0q'

write_files() {
  :
}
remove_files() {
  :
}

# Here is the text of components/worker/member.sh.

main "$1" </dev/null
exit
