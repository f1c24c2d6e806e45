import { appendFileSync } from "node:fs";

/** Notes a figure that a test measured, for the table of `make e2e-all`; elsewhere nobody asks for it. */
export function figure(what: string, value: string): void {
  const file = process.env.KEELSON_FIGURES;
  if (file) appendFileSync(file, `${JSON.stringify({ what, value })}\n`);
}
