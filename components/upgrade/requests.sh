# What the API server of this master, and the cluster by way of it, tell of what an upgrade would meet.
# Reads: ENDPOINT

as_admin_here() { kubectl --kubeconfig /etc/kubernetes/admin.conf --server "https://$ENDPOINT" --request-timeout 10s "$@"; }

# ask WHAT ARGUMENT...: lets `answer` be what the API says; where it says nothing, that is told.
ask() {
  local what=$1
  shift
  answer=$(as_admin_here "$@" 2>"$directory/errors") && return
  answer=
  tell unknown "$what" "the API server at $ENDPOINT does not tell: $(tail -n 1 "$directory/errors")"
  return 1
}

# tell_server: the release of this master's own API server, and the APIs that it was asked for and that go.
tell_server() {
  local directory=$1 answer line
  ask kube-apiserver get --raw /version || return
  tell api-server "$(sed -n 's/.*"gitVersion": *"v\([^"]*\)".*/\1/p' <<<"$answer")"
  ask "deprecated APIs" get --raw /metrics
  while read -r line; do
    tell asked "$(label group)" "$(label version)" "$(label resource)" "$(label subresource)" "$(label removed_release)"
  done < <(sed -nE 's/^apiserver_requested_deprecated_apis\{(.*)\} 1$/\1/p' <<<"$answer")
}

label() { sed -nE "s/^(.*,)?$1=\"([^\"]*)\".*\$/\2/p" <<<"$line"; }

# tell_cluster: what is the same whichever master tells it.
tell_cluster() {
  local directory=$1 answer image='jsonpath={.spec.template.spec.containers[0].image}' name state namespace selector
  ask nodes get nodes -o 'jsonpath={range .items[*]}{.metadata.name} {.status.conditions[?(@.type=="Ready")].status}/{.status.nodeInfo.kubeletVersion}{"\n"}{end}' || return 0
  while read -r name state; do
    [ -z "$name" ] || tell node "$name" "${state#*/v}" "${state%%/*}"
  done <<<"$answer"
  ask kube-proxy --namespace kube-system get daemonset kube-proxy --ignore-not-found -o "$image" && tell proxies "${answer##*:v}"
  ask CoreDNS --namespace kube-system get deployment coredns --ignore-not-found -o "$image" && tell names "${answer##*:}"
  ask "disruption budgets" get poddisruptionbudgets --all-namespaces -o "go-template=$BUDGETS" || return 0
  while IFS=$'\t' read -r namespace name selector; do
    [ -n "$name" ] || continue
    ask "the pods of $namespace/$name" --namespace "$namespace" get pods --selector "${selector%,}" -o 'jsonpath={range .items[*]}{.spec.nodeName}{"\n"}{end}'
    tell budget "$namespace" "$name" "$(sort -u <<<"$answer" | paste -sd ' ' -)"
  done <<<"$answer"
}

# Budgets that let no pod go, and have pods, with their selectors as kubectl takes them.
# shellcheck disable=SC2016 # the dollar signs are the template's
readonly BUDGETS='{{range .items}}{{if and (eq (printf "%v" .status.disruptionsAllowed) "0") (ne (printf "%v" .status.expectedPods) "0")}}{{.metadata.namespace}}{{"\t"}}{{.metadata.name}}{{"\t"}}{{range $key, $value := .spec.selector.matchLabels}}{{$key}}={{$value}},{{end}}{{range .spec.selector.matchExpressions}}{{if eq .operator "DoesNotExist"}}!{{end}}{{.key}}{{if eq .operator "In"}} in ({{else if eq .operator "NotIn"}} notin ({{end}}{{range $at, $value := .values}}{{if $at}},{{end}}{{$value}}{{end}}{{if .values}}){{end}},{{end}}{{"\n"}}{{end}}{{end}}'
