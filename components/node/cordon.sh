# Whose cordon a node has: one of keelson's own bears a mark, and one that somebody else has made stays.
# Reads: NODE

readonly CORDONED_FOR=keelson.io/cordoned-for

# mark_of_cordon: where a node has the mark, as kubectl writes it.
mark_of_cordon() { printf '.metadata.annotations.%s' "${CORDONED_FOR//./\\.}"; }

# cordon_for WHY
cordon_for() { patch_node "{\"metadata\": {\"annotations\": {\"$CORDONED_FOR\": \"$1\"}}, \"spec\": {\"unschedulable\": true}}"; }

end_cordon() { patch_node "{\"metadata\": {\"annotations\": {\"$CORDONED_FOR\": null}}, \"spec\": {\"unschedulable\": null}}"; }

# leave_cordon: it stays, and is keelson's no more.
leave_cordon() { patch_node "{\"metadata\": {\"annotations\": {\"$CORDONED_FOR\": null}}}"; }

patch_node() { kubectl patch node "$NODE" --type merge --request-timeout 10s --patch "$1" >&2; }
