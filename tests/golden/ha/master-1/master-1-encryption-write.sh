# Here is the text of components/script/lib.sh.

# Here is the text of components/script/memory.sh.

readonly SCRIPT='master-1-encryption-write'

readonly -a SECRETS=('ENCRYPTION_KEYS')

# Here is the text of components/encryption/providers.sh.

# Here is the text of components/endpoint/servers.sh.

readonly ENCRYPTION='1'

readonly PROVIDERS='/etc/kubernetes/keelson-encryption/providers.yaml'

readonly -a ETCD_ENDPOINTS=('https://192.0.2.11:2379' 'https://192.0.2.12:2379' 'https://192.0.2.13:2379')

readonly ETCD_PREFIX='/registry'

readonly STAGE='write'

readonly ENDPOINT='192.0.2.11:8443'

readonly -a MASTERS=('192.0.2.11:8443' '192.0.2.12:8443' '192.0.2.13:8443')

readonly RESTORED='0'

readonly PROGRAM='its digest'

readonly ENCRYPTION_KEYS='1 Y2FuYXJ5OiBhIGtleSBvZiAzMiBieXRlcyBmb3IgaXQ='

write_files() {
  :
}
remove_files() {
  :
}

# Here is the text of components/encryption/stages.sh.

main "$@" </dev/null
exit
