# Whether an API server is there.
# Reads: PKI

api_ready() { curl -fsS --max-time 3 --cacert "$PKI/ca.crt" "https://$1/readyz" >/dev/null 2>&1; }
