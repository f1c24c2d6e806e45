/**
 * What a machine that pretends says to a word of pairs.pl: every way is open, and all that others send arrives. Undefined of one that
 * listens, for it goes on with that.
 */
export function saidOfWays(command: string, names: readonly string[]): string | undefined {
  const [, word = "", rest = ""] = /perl - (listen|call|ask) \S+ (.*)/.exec(command) ?? [];
  if (word === "listen") return undefined;
  if (rest === "ready") return "ready\n";
  if (rest === "end") return names.map((name) => `heard udp ${name} 1500\nheard vrrp ${name} 0\n`).join("");
  const [, , ...targets] = rest.split(" ");
  const answers = targets.map((target) => `${target}\t${target.startsWith("tcp:") ? "ok" : "size 1500"}\n`);
  return `${answers.join("")}asked\n`;
}
