import type { Link } from "./path";
import type { Run, Step } from "./run";
import { phases } from "./text";

/** Sizes, pixels. */
const [width, left, right, bar, gap, top] = [1200, 110, 20, 16, 3, 66];
const plot = width - left - right;

/** Colours that differ in lightness as well, those of the phases with the most seconds first. */
const colours = [
  "#4e79a7",
  "#f28e2b",
  "#76b7b2",
  "#edc948",
  "#59a14f",
  "#b07aa1",
  "#ff9da7",
  "#9c755f",
  "#8cd17d",
  "#d37295",
  "#a0cbe8",
  "#d4a6c8",
  "#bab0ac",
];

/** A run as a picture: a lane for each machine, a bar for each step, the critical path in black. */
export function svgOf(run: Run, path: readonly Link[]): string {
  const scale = plot / Math.max(run.seconds, 1);
  const critical = new Set(path.map(({ step }) => step));
  const names = phases(run).map(({ name }) => name);
  const colourOf = (phase: string) => colours[Math.min(names.indexOf(phase), colours.length - 1)] ?? "";
  const lanes = placed(run.steps);
  const height = top + lanes.reduce((sum, { rows }) => sum + heightOf(rows.length), 0) + 24;
  const places = new Map<Step, { readonly x: number; readonly y: number }>();
  const drawn: string[] = [];
  let y = top;
  for (const { lane, rows } of lanes) {
    drawn.push(`<text x="${left - 8}" y="${y + bar}" class="lane">${escaped(lane)}</text>`);
    for (const [index, row] of rows.entries()) {
      for (const step of row) {
        const place = { x: left + step.start * scale, y: y + 4 + index * (bar + gap) };
        places.set(step, place);
        drawn.push(barOf(step, place, { scale, colour: colourOf(step.phase), isCritical: critical.has(step) }));
      }
    }
    y += heightOf(rows.length);
    drawn.push(`<line x1="0" x2="${width}" y1="${y - 4}" y2="${y - 4}" class="between"/>`);
  }
  const body = [...axis(run, scale, height), ...drawn, ...wayOf(path, places, scale)];
  return `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${width} ${height}" width="${width}" height="${height}" font-family="sans-serif" font-size="11">
<style>.lane{text-anchor:end;font-weight:bold}.between,.tick{stroke:#ddd}.way{stroke:#000;stroke-width:1.5;fill:none;stroke-dasharray:3 2}.tell{fill:#555}</style>
<rect width="100%" height="100%" fill="#fff"/>
<text x="8" y="18" font-size="14">${escaped(`${run.title}, ${run.began.slice(0, 16).replace("T", " ")} UTC: ${run.seconds.toFixed(1)} s`)}</text>
${legend(names, colourOf)}
${body.join("\n")}
</svg>
`;
}

const heightOf = (rows: number) => 8 + rows * (bar + gap) + 4;

/** Lanes in the order in which their machines begin, that of the cluster last; steps that overlap in rows. */
function placed(steps: readonly Step[]) {
  const names = [...new Set(steps.map(({ lane }) => lane))].sort(
    (one, other) => Number(one === "cluster") - Number(other === "cluster"),
  );
  return names.map((lane) => {
    const rows: Step[][] = [];
    for (const step of steps.filter((step) => step.lane === lane)) {
      const free = rows.find((row) => (row.at(-1)?.end ?? 0) <= step.start);
      if (free) free.push(step);
      else rows.push([step]);
    }
    return { lane, rows };
  });
}

interface Drawing {
  readonly scale: number;
  readonly colour: string;
  readonly isCritical: boolean;
}

function barOf(step: Step, { x, y }: { x: number; y: number }, { scale, colour, isCritical }: Drawing): string {
  const long = Math.max((step.end - step.start) * scale, 1);
  const own = step.name.startsWith(`${step.lane}-`) ? step.name.slice(step.lane.length + 1) : step.name;
  const word = own.length * 6.2 + 6 < long ? `<text x="${px(x + 3)}" y="${y + 12}">${escaped(own)}</text>` : "";
  const edge = step.failed || step.isCutOff ? "#d00" : isCritical ? "#000" : "none";
  const says = `${step.name} (${step.phase}): ${step.start.toFixed(1)} to ${step.end.toFixed(1)} s, ${(step.end - step.start).toFixed(1)} s${step.failed ? ", failed" : ""}`;
  return `<g><title>${escaped(says)}</title><rect x="${px(x)}" y="${y}" width="${px(long)}" height="${bar}" fill="${colour}" stroke="${edge}" stroke-width="2"/>${word}</g>`;
}

/** From the end of each step of the path to the beginning of the next. */
function wayOf(path: readonly Link[], places: ReadonlyMap<Step, { x: number; y: number }>, scale: number): string[] {
  return path.slice(1).flatMap(({ step }, index) => {
    const before = path[index]?.step;
    const [from, to] = [before && places.get(before), places.get(step)];
    if (!before || !from || !to) return [];
    const [x1, y1, y2] = [left + before.end * scale, from.y + bar / 2, to.y + bar / 2];
    return [`<path class="way" d="M${px(x1)} ${y1} L${px(to.x)} ${y2}"/>`];
  });
}

function axis({ seconds, prepared }: Run, scale: number, height: number): string[] {
  const step = [1, 2, 5, 10, 20, 30, 60, 120, 300, 600].find((one) => seconds / one <= 15) ?? 1800;
  const ticks = Array.from({ length: Math.floor(seconds / step) + 1 }, (_, index) => index * step);
  return [
    `<rect x="${left}" y="${top}" width="${px(prepared * scale)}" height="${height - top - 20}" fill="#f3f3f3"><title>the engine and the program begin: ${prepared.toFixed(1)} s</title></rect>`,
    ...ticks.map((tick) => {
      const x = px(left + tick * scale);
      return `<line x1="${x}" x2="${x}" y1="${top}" y2="${height - 20}" class="tick"/><text x="${x}" y="${height - 6}" text-anchor="middle" class="tell">${tick} s</text>`;
    }),
  ];
}

function legend(names: readonly string[], colourOf: (phase: string) => string): string {
  let x = 8;
  const parts = names.map((name) => {
    const part = `<rect x="${x}" y="30" width="11" height="11" fill="${colourOf(name)}"/><text x="${x + 15}" y="40">${escaped(name)}</text>`;
    x += 28 + name.length * 6.5;
    return part;
  });
  const critical = `<rect x="${px(x)}" y="30" width="11" height="11" fill="none" stroke="#000" stroke-width="2"/><text x="${px(x + 15)}" y="40">on the critical path</text>`;
  return [...parts, critical].join("");
}

const px = (value: number) => String(Math.round(value * 10) / 10);

function escaped(text: string): string {
  return text.replace(/&/g, "&amp;").replace(/</g, "&lt;").replace(/>/g, "&gt;");
}
