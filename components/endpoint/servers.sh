# api_servers: ADDRESS:PORT of each API server that the Service of all leads to, a line each; fails where the API does not answer. In a range
# of kubectl's, $ is not the whole object.
api_servers() {
  local port addresses
  read -r port addresses < <(kubectl --kubeconfig /etc/kubernetes/admin.conf get endpointslice kubernetes --namespace default \
    --request-timeout 5s -o 'jsonpath={.ports[0].port}{range .endpoints[*]}{" "}{.addresses[0]}{end}{"\n"}')
  [ -n "$addresses" ] || return
  tr ' ' '\n' <<<"$addresses" | sed "s/\$/:$port/"
}
