const base64 = (text: string) => Buffer.from(text).toString("base64");

/**
 * What of a key can be seen of it in a longer text: a line of it as it is, and a piece of its base64, whatever stands before it
 * in what was encoded, once or twice. Pieces are from its middle: keys of a kind begin alike.
 */
export function formsOf(key: string): readonly string[] {
  const line = key.split("\n")[2] ?? "";
  const once = [0, 1, 2].map((before) => pieceOf(key, before));
  const twice = [0, 1, 2].flatMap((before) => {
    const inner = base64(" ".repeat(before) + key);
    return [0, 1, 2].map((outer) => pieceOf(inner.slice(8), outer));
  });
  return [...new Set([line, ...once, ...twice])];
}

/** 40 characters of the base64 of a text that so many bytes stand before. */
function pieceOf(text: string, before: number): string {
  const middle = Math.floor((text.length * 4) / 3 / 2);
  return base64(" ".repeat(before) + text).slice(middle, middle + 40);
}
