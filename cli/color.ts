/** When words are coloured. */
export type When = "auto" | "always" | "never";

const codes = { red: 31, green: 32, yellow: 33 } as const;

/** Gives a text in a colour, or as it is where there are to be none. */
export type Paint = (color: keyof typeof codes, text: string) => string;

export const plain: Paint = (_, text) => text;

/** Whether words for a stream are coloured. `always` is heard above NO_COLOR. Source: no-color.org. */
export function isColored(when: When, { isTTY }: { readonly isTTY?: boolean }, env = process.env): boolean {
  return when === "always" || (when === "auto" && isTTY === true && !env["NO_COLOR"] && env["TERM"] !== "dumb");
}

export function paintFor(...where: Parameters<typeof isColored>): Paint {
  return isColored(...where) ? (color, text) => `\x1b[${codes[color]}m${text}\x1b[39m` : plain;
}

/** A preview's story with its marks coloured. */
export function painted(story: string, paint: Paint): string {
  const colors = { "+": "green", "-": "red", "~": "yellow", "±": "yellow", "!": "yellow" } as const;
  return story.replace(/^ {2}([-+~±!])(?= )/gm, (_, mark: keyof typeof colors) => `  ${paint(colors[mark], mark)}`);
}
