# What only a machine knows of its kubelet's configuration.

# detected_in FILE CONFIGURATION: what the machine added when FILE was made, but for what CONFIGURATION says itself.
detected_in() {
  awk '
    NR == FNR { if (/^[A-Za-z]/) said[$1]; next }
    /^cgroupDriver:/ { detected = 1 }
    /^[A-Za-z]/ { taken = detected && !($1 in said) }
    taken' <(printf '%s\n' "$2") "$1"
}
