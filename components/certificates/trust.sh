# Authorities in a file, the first of which issues, and kubeconfigs that trust all of them: kubeadm puts only the first into those.

# trusting AUTHORITIES: a kubeconfig on standard input, that trusts them.
trusting() {
  local data
  data=$(base64 -w 0 <"$1")
  sed "s#^\\( *certificate-authority-data: \\).*#\\1$data#"
}

# trust_in KUBECONFIG AUTHORITIES: it trusts them.
trust_in() {
  local text
  text=$(trusting "$2" <"$1")
  replace_whole "$1" 0600 <<<"$text"
}

# trusts KUBECONFIG AUTHORITIES: these, in their order, and no others. One that names a file instead is as that is.
trusts() { ! grep -q '^ *certificate-authority-data: ' "$1" || same_text <(sed -n 's/^ *certificate-authority-data: //p' "$1" | base64 -d 2>/dev/null) "$2"; }

# same_text FILE FILE: but for white space.
same_text() { [ "$(tr -d '[:space:]' <"$1")" = "$(tr -d '[:space:]' <"$2")" ]; }

# is_pair PATH: PATH.crt and PATH.key belong together.
is_pair() {
  [ -s "$1.crt" ] && [ -s "$1.key" ] &&
    [ "$(openssl x509 -in "$1.crt" -noout -pubkey 2>/dev/null)" = "$(openssl pkey -in "$1.key" -pubout 2>/dev/null)" ]
}

# is_of CERTIFICATE AUTHORITIES: the first of them has issued it. Whether it has ended is another question.
is_of() { openssl verify -no_check_time -CAfile <(openssl x509 -in "$2") "$1" >/dev/null 2>&1; }

# replace_whole PATH MODE: standard input takes the place of the file at once.
replace_whole() {
  local new
  new=$(mktemp "$1.keelson-XXXXXX")
  cat >"$new"
  chmod "$2" "$new"
  mv -f "$new" "$1"
}

# A digest of the authorities that the kubelet has read; it reads them when it starts, in its node's turn. Where there is none, it has read
# what there is.
readonly READ=$STATE/kubelet-authorities

# keep_read AUTHORITIES: before they change, or what the kubelet has of them.
keep_read() { [ -e "$READ" ] || [ ! -s "$1" ] || note_read "$1"; }

note_read() { digest_of "$1" >"$READ"; }

is_unread() { [ -e "$READ" ] && [ "$(cat "$READ")" != "$(digest_of "$1")" ]; }

# It starts anew whatever it has read.
let_read_anew() { printf 'none\n' >"$READ"; }

forget_read() { rm -f "$READ"; }

digest_of() { tr -d '[:space:]' <"$1" | sha256sum; }

# let_kubelet_trust AUTHORITIES: in the kubeconfig by which it reaches the API, where there is one.
let_kubelet_trust() {
  local file=/etc/kubernetes/kubelet.conf
  [ -s "$file" ] && ! trusts "$file" "$1" || return 0
  [ -e "$READ" ] || let_read_anew
  trust_in "$file" "$1"
}
