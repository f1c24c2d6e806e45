# A key that Secrets are encrypted with in etcd, made once for the stack's life, and printed for the state. Masters get it from there.
# Reads: GENERATION

up() {
  # What it has encrypted nobody could read any more.
  ! grep -qsxF "$GENERATION" "$STATE/encryption" ||
    die "the cluster of $(hostname) has its key $GENERATION for Secrets, which is made once: do not ask for another (--replace, pulumi state taint), and where the stack's state is lost, bring it back with pulumi stack import"
  printf 'key %s\n' "$(head -c 32 /dev/urandom | base64 -w 0)"
}

down() { :; }
