# What the API server of this master, and the cluster by way of it, tell of what an upgrade would meet.
# Reads: ENDPOINT

as_admin_here() { kubectl --kubeconfig /etc/kubernetes/admin.conf --server "https://$ENDPOINT" --request-timeout 10s "$@"; }

# tell_server: the release of this master's own API server, and the APIs that it was asked for and that go.
tell_server() {
  local version metrics line
  if ! version=$(as_admin_here get --raw /version 2>&1); then
    tell unknown kube-apiserver "it does not answer at $ENDPOINT: $(tail -n 1 <<<"$version")"
    return
  fi
  tell api-server "$(sed -n 's/.*"gitVersion": *"v\([^"]*\)".*/\1/p' <<<"$version")"
  metrics=$(as_admin_here get --raw /metrics) || return 0
  while read -r line; do
    tell asked "$(label group)" "$(label version)" "$(label resource)" "$(label subresource)" "$(label removed_release)"
  done < <(sed -nE 's/^apiserver_requested_deprecated_apis\{(.*)\} 1$/\1/p' <<<"$metrics")
}

label() { sed -nE "s/^(.*,)?$1=\"([^\"]*)\".*\$/\2/p" <<<"$line"; }

# tell_cluster: what is the same whichever master tells it.
tell_cluster() {
  local name version ready namespace selector nodes list
  list=$(as_admin_here get nodes -o 'jsonpath={range .items[*]}{.metadata.name} {.status.nodeInfo.kubeletVersion} {.status.conditions[?(@.type=="Ready")].status}{"\n"}{end}') || return 0
  while read -r name version ready; do
    [ -z "$name" ] || tell node "$name" "${version#v}" "$ready"
  done <<<"$list"
  tell proxies "$(as_admin_here --namespace kube-system get daemonset kube-proxy --ignore-not-found -o 'jsonpath={.spec.template.spec.containers[0].image}' | sed 's/.*:v//')"
  tell names "$(as_admin_here --namespace kube-system get deployment coredns --ignore-not-found -o 'jsonpath={.spec.template.spec.containers[0].image}' | sed 's/.*://')"
  # A budget without pods holds none.
  list=$(as_admin_here get poddisruptionbudgets --all-namespaces -o "go-template=$BUDGETS") || return 0
  while IFS=$'\t' read -r namespace name selector; do
    [ -n "$name" ] || continue
    nodes=$(as_admin_here --namespace "$namespace" get pods --selector "${selector%,}" -o 'jsonpath={range .items[*]}{.spec.nodeName}{"\n"}{end}' | sort -u | paste -sd ' ' -)
    tell budget "$namespace" "$name" "$nodes"
  done <<<"$list"
}

# A selector as kubectl takes it.
# shellcheck disable=SC2016 # the dollar signs are the template's
readonly BUDGETS='{{range .items}}{{if and (eq .status.disruptionsAllowed 0.0) (gt .status.expectedPods 0.0)}}{{.metadata.namespace}}{{"\t"}}{{.metadata.name}}{{"\t"}}{{range $key, $value := .spec.selector.matchLabels}}{{$key}}={{$value}},{{end}}{{range .spec.selector.matchExpressions}}{{if eq .operator "DoesNotExist"}}!{{end}}{{.key}}{{if eq .operator "In"}} in ({{else if eq .operator "NotIn"}} notin ({{end}}{{range $at, $value := .values}}{{if $at}},{{end}}{{$value}}{{end}}{{if .values}}){{end}},{{end}}{{"\n"}}{{end}}{{end}}'
