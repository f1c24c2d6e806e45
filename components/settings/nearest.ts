/** "did you mean", where one of the known names is near; the list of them otherwise, where they are few. */
export function suggestion(name: string, known: readonly string[]): string {
  const near = nearest(name, known);
  if (near !== undefined) return `did you mean "${near}"?`;
  return known.length > 20 ? "leave it out" : `the fields here are ${known.join(", ")}`;
}

/** The known name that a name was probably meant to be: at most a third of it is wrong, or so many letters. */
export function nearest(
  name: string,
  known: readonly string[],
  most = Math.max(1, name.length / 3),
): string | undefined {
  const [first] = known
    .map((other) => ({ other, distance: editDistance(other.toLowerCase(), name.toLowerCase()) }))
    .filter(({ distance }) => distance <= most)
    .sort((one, other) => one.distance - other.distance);
  return first?.other;
}

/** How many letters must be put in, taken out or changed to make the one word of the other. */
function editDistance(one: string, other: string): number {
  let row = Array.from({ length: other.length + 1 }, (_, index) => index);
  for (let i = 0; i < one.length; i++) {
    const next = [i + 1];
    for (let j = 0; j < other.length; j++) {
      const change = (row[j] ?? 0) + (one[i] === other[j] ? 0 : 1);
      next.push(Math.min(change, (row[j + 1] ?? 0) + 1, (next[j] ?? 0) + 1));
    }
    row = next;
  }
  return row.at(-1) ?? 0;
}
