# Here is the text of components/script/lib.sh.

# Here is the text of components/script/memory.sh.

readonly SCRIPT='etcd-2-etcd-backup'

readonly -a SECRETS=('ENVIRONMENT' 'SFTP_KEY')

# Here is the text of components/script/packages.sh.

# Here is the text of components/script/apt.sh.

# Here is the text of components/artifacts/fetch.sh.

# Here is the text of components/artifacts/install.sh.

# Here is the text of components/artifacts/versions.sh.

# Here is the text of components/etcd/ask.sh.

# Here is the text of components/etcd/snapshot.sh.

# Here is the text of components/backup/repository.sh.

# Here is the text of components/backup/verify.sh.

# Here is the text of components/backup/run.sh.

readonly -a RESTIC_OPTIONS=('-o' 'sftp.command=ssh -F /etc/etcd/backup/ssh_config backup -s sftp')

readonly -a PROGRAMS=('etcdutl binary /usr/local/lib/keelson /srv/bundle/bin/etcdutl 5656565656565656565656565656565656565656565656565656565656565656 - -')

readonly -a PACKAGES=('restic' 'openssh-client')

readonly NAME='etcd-2'

readonly EVERY='1800'

readonly VERIFY='86400'

readonly -a KEEP=('--keep-hourly' '24' '--keep-daily' '7' '--keep-weekly' '4')

readonly ETCD_PREFIX='/registry'

readonly PROGRAM='its digest'

readonly CLUSTER='00000000-0000-4000-8000-000000000000'

readonly ENVIRONMENT='UkVTVElDX1JFUE9TSVRPUlk9InNmdHA6YmFja3VwOi9zcnYvZXRjZCIKUkVTVElDX1BBU1NXT1JEPSJtYWRlIHVwIgo='

readonly SFTP_KEY='LS0tLS1CRUdJTiBPUEVOU1NIIFBSSVZBVEUgS0VZLS0tLS0K'

write_files() {
  put '/etc/systemd/system/keelson-etcd-backup.service' 0644 <<'END_OF_FILE'
[Unit]
Description=Backup of etcd where one is due
ConditionPathExists=/etc/etcd/pki/etcd/healthcheck-client.crt

[Service]
Type=oneshot
ExecStart=/bin/bash /usr/local/lib/keelson/etcd-backup timer
Nice=10
TimeoutStartSec=2h
END_OF_FILE
  put '/etc/systemd/system/keelson-etcd-backup.timer' 0644 <<'END_OF_FILE'
[Unit]
Description=Look at whether a backup of etcd is due

[Timer]
OnActiveSec=1min
OnUnitInactiveSec=1800
RandomizedDelaySec=180
AccuracySec=1s

[Install]
WantedBy=timers.target
END_OF_FILE
  put '/etc/etcd/backup/ssh_config' 0644 <<'END_OF_FILE'
Host backup
  HostName store.example.com
  HostKeyAlias backup
  User backup
  IdentityFile /etc/etcd/backup/key
  IdentitiesOnly yes
  BatchMode yes
  ConnectTimeout 20
  ServerAliveInterval 15
  StrictHostKeyChecking yes
  UserKnownHostsFile /etc/etcd/backup/known_hosts
END_OF_FILE
  put '/etc/etcd/backup/known_hosts' 0644 <<'END_OF_FILE'
backup ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIIJNgNcZhfCCommXqNuItdHdRbd31zWF0D0jYwPiG96X
END_OF_FILE
}
remove_files() {
  remove_file '/etc/etcd/backup/known_hosts'
  remove_file '/etc/etcd/backup/ssh_config'
  remove_file '/etc/systemd/system/keelson-etcd-backup.timer'
  remove_file '/etc/systemd/system/keelson-etcd-backup.service'
}

# Here is the text of components/backup/backup.sh.

main "$@" </dev/null
exit
