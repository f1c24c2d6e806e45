# Here is the text of components/script/lib.sh.

# Here is the text of components/script/memory.sh.

readonly SCRIPT='m-approver'

readonly -a SECRETS=()

# Here is the text of components/script/units.sh.

# Here is the text of components/script/turns.sh.

readonly -a NODES=('m 198.51.100.1' '0-w 198.51.100.2')

readonly PROGRAM='its digest'

write_files() {
  put '/etc/systemd/system/keelson-approver.service' 0600 <<'END_OF_FILE'
[Unit]
Description=Approval of certificates that the kubelets of this Kubernetes cluster serve with
Wants=network-online.target
After=network-online.target

[Service]
ExecStart=/bin/bash /usr/local/lib/keelson/approve-kubelets
Restart=always
RestartSec=5

[Install]
WantedBy=multi-user.target
END_OF_FILE
}
remove_files() {
  remove_file '/etc/systemd/system/keelson-approver.service'
}

# Here is the text of components/master/approver.sh.

main "$@" </dev/null
exit
