/**
 * What runs where a script is of one moment and its login is another: that moment is over, and who is logged in on may never have
 * had the texts of the release that it was in. What was sent is read, and not run.
 */
export const nothingAgain = "cat >/dev/null";

/** Who logs in by the time that it runs may be another: the state keeps it until the next time. */
const asRoot = `[ "$(id -u)" = 0 ] || set -- sudo -n`;

/** Runs `up` as well. The token is there to differ. */
export function runAgain(token: string): string {
  return `sh -c '${asRoot}; exec "$@" bash -s -- up ${token}'`;
}

/**
 * Runs `up` of a script that is of one moment, once more: while the run with that id is the last that the machine remembers. What a
 * later update sends is read, and not run.
 */
export function runOnceMore(script: string, run: string): string {
  const isLast = `"$@" grep -qsE "^[a-z]+ [^ ]* ${run}( |$)" /var/lib/keelson/scripts/${script}/ran`;
  return `sh -c '${asRoot}; if ${isLast}; then exec "$@" bash -s -- up ${run}; else ${nothingAgain}; fi'`;
}
