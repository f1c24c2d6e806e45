# What tells one machine from another, its clock, and the firewalls that are up on it: a line for each. It only looks.
export LC_ALL=C PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin
printf 'hostname %s\n' "$(cat /proc/sys/kernel/hostname)"
printf 'machine-id %s\n' "$(cat /etc/machine-id 2>/dev/null)"
printf 'product-uuid %s\n' "$(cat /sys/class/dmi/id/product_uuid 2>/dev/null)"
printf 'boot %s\n' "$(cat /proc/sys/kernel/random/boot_id)"
if command -v ufw >/dev/null && grep -q '^Status: active' <<<"$(ufw status 2>/dev/null)"; then
  printf 'firewall ufw\n'
fi
if command -v firewall-cmd >/dev/null && [ "$(firewall-cmd --state 2>/dev/null)" = running ]; then
  printf 'firewall firewalld\n'
fi
# A chain of the input whose policy drops, or one rule at its end that does: nftables' own, and what iptables writes.
if command -v nft >/dev/null && grep -q 'hook input .*policy drop' <<<"$(nft list ruleset 2>/dev/null)"; then
  printf 'firewall nftables\n'
fi
if command -v iptables-save >/dev/null && grep -qE '^:INPUT DROP|^-A INPUT .*-j (DROP|REJECT)' <<<"$(iptables-save 2>/dev/null)"; then
  printf 'firewall iptables\n'
fi
printf 'clock %s\n' "${EPOCHREALTIME:-$(date +%s)}"
