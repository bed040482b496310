/** Draws docs/cases.svg from the table of the workflow; with --check only compares. */
import { readFileSync, writeFileSync } from 'node:fs';
import { TRANSITIONS } from '../server/cases/machine.ts';
import type { CaseStatus } from '../server/cases/words.ts';
import { zh } from '../web/i18n/zh.ts';

const FILE = new URL('../docs/cases.svg', import.meta.url).pathname;

/** Column and row of each status: the usual way from left to right, what ends early below. */
const PLACES: Record<CaseStatus, [column: number, row: number]> = {
  reported: [0, 0],
  verifying: [0, 1],
  to_file: [1, 0],
  to_dispatch: [2, 0],
  handling: [3, 0],
  suspended: [3, 1],
  to_check: [4, 0],
  checking: [4, 1],
  to_close: [5, 0],
  closed: [6, 0],
  rejected: [0, 2],
  not_filed: [1, 2],
  void: [2, 2],
};
const [STEP_X, STEP_Y, WIDTH, HEIGHT, LEFT, TOP] = [250, 190, 132, 56, 120, 160];
const ROLES_SHOWN = 2;

const word = (key: string): string => (zh as Record<string, string>)[key] ?? key;
const at = (status: CaseStatus) => {
  const [column, row] = PLACES[status];
  return { x: LEFT + column * STEP_X + WIDTH / 2, y: TOP + row * STEP_Y + HEIGHT / 2 };
};

interface Arrow {
  from: CaseStatus;
  to: CaseStatus;
  labels: string[];
}

/** Arrows between two statuses are one, with all their actions; what lies over the workflow is told below. */
function arrows(): Arrow[] {
  const found = new Map<string, Arrow>();
  for (const { from, to, action, roles, over } of TRANSITIONS) {
    if (from === null || over || from === to) continue;
    const key = `${from}>${to}`;
    const arrow = found.get(key) ?? { from, to, labels: [] };
    arrow.labels.push(
      `${word(`action.${action}`)} · ${roles
        .slice(0, ROLES_SHOWN)
        .map((r) => word(`role.${r}`))
        .join('/')}`,
    );
    found.set(key, arrow);
  }
  return [...found.values()];
}

/** From edge to edge; the way back runs beside the way there. */
function draw({ from, to, labels }: Arrow): string {
  const [a, b] = [at(from), at(to)];
  const level = a.y === b.y;
  const far = Math.abs(a.x - b.x) > STEP_X * 1.5;
  const back = a.x === b.x ? b.y < a.y : b.x < a.x;
  const side = back ? 16 : -16;
  let path: string;
  let text: { x: number; y: number };
  if (level && (far || back)) {
    const rise = 64 + Math.abs(a.x - b.x) / 14;
    path = `M${a.x} ${a.y - HEIGHT / 2} C${a.x} ${a.y - rise} ${b.x} ${b.y - rise} ${b.x} ${b.y - HEIGHT / 2 - 3}`;
    text = { x: (a.x + b.x) / 2, y: a.y - rise * 0.82 - 6 };
  } else if (level) {
    path = `M${a.x + WIDTH / 2} ${a.y} L${b.x - WIDTH / 2 - 3} ${b.y}`;
    text = { x: (a.x + b.x) / 2, y: a.y - 10 };
  } else if (a.x === b.x) {
    const down = b.y > a.y ? 1 : -1;
    const x = a.x + side;
    path = `M${x} ${a.y + (down * HEIGHT) / 2} L${x} ${b.y - down * (HEIGHT / 2 + 3)}`;
    text = { x: x + (back ? 10 : -10), y: (a.y + b.y) / 2 + (back ? 24 : -14) };
  } else if (far) {
    path = `M${a.x} ${a.y + HEIGHT / 2} L${a.x} ${b.y} L${b.x + WIDTH / 2 + 3} ${b.y}`;
    text = { x: a.x - 200, y: b.y - 10 };
  } else {
    const down = b.y > a.y ? 1 : -1;
    path = `M${a.x} ${a.y + (down * HEIGHT) / 2} L${b.x} ${b.y - down * (HEIGHT / 2 + 3)}`;
    const along = back ? 0.3 : 0.5;
    text = { x: a.x + (b.x - a.x) * along + (back ? -22 : 14), y: a.y + (b.y - a.y) * along + 18 };
  }
  const anchor = level ? 'middle' : (a.x === b.x) !== back ? 'end' : 'start';
  const lines = labels.map((label, i) => `<tspan x="${text.x}" dy="${i === 0 ? 0 : 15}">${label}</tspan>`).join('');
  const y = text.y - (level ? (labels.length - 1) * 15 : 0);
  return `<path d="${path}" class="arrow"/><text x="${text.x}" y="${y}" text-anchor="${anchor}" class="label">${lines}</text>`;
}

function box(status: CaseStatus): string {
  const { x, y } = at(status);
  const end = ['closed', 'rejected', 'not_filed', 'void'].includes(status);
  return `<g><rect x="${x - WIDTH / 2}" y="${y - HEIGHT / 2}" width="${WIDTH}" height="${HEIGHT}" rx="10" class="${end ? 'end' : 'box'}"/>
<text x="${x}" y="${y - 2}" text-anchor="middle" class="name">${word(`status.${status}`)}</text>
<text x="${x}" y="${y + 16}" text-anchor="middle" class="code">${status}</text></g>`;
}

/** Actions that stay where they are, each once, with the statuses from which they go. */
function beside(): string[] {
  const found = new Map<string, { roles: string; from: string[] }>();
  for (const { from, to, action, roles, over } of TRANSITIONS) {
    if (from === null || !(over || from === to)) continue;
    const entry = found.get(action) ?? { roles: roles.map((role) => word(`role.${role}`)).join('/'), from: [] };
    if (entry.from.length < 14) entry.from.push(word(`status.${from}`));
    found.set(action, entry);
  }
  return [...found].map(([action, { roles, from }]) => `${word(`action.${action}`)}（${roles}）：${from.join('、')}`);
}

export function drawCases(): string {
  const notes = beside();
  const width = LEFT * 2 + 6 * STEP_X + WIDTH;
  const noteTop = TOP + 2 * STEP_Y + HEIGHT + 60;
  const height = noteTop + Math.ceil(notes.length / 2) * 22 + 30;
  const listed = notes.map(
    (note, i) =>
      `<text x="${LEFT + (i % 2) * (width / 2 - LEFT)}" y="${noteTop + Math.floor(i / 2) * 22}" class="note">${note}</text>`,
  );
  return `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${width} ${height}" font-family="'Noto Sans CJK SC','Noto Sans SC','PingFang SC',sans-serif">
<!-- Made by tools/cases.ts from server/cases/machine.ts; checked by npm run check. Do not edit. -->
<style>.box{fill:#12263f;stroke:#4d8dd6}.end{fill:#14312a;stroke:#4fb286}.name{fill:#fff;font-size:17px;font-weight:600}.code{fill:#9fb4cc;font-size:11px}
.arrow{fill:none;stroke:#6f8299;stroke-width:1.6;marker-end:url(#tip)}.label{fill:#33475f;font-size:12px}.note{fill:#33475f;font-size:13px}</style>
<defs><marker id="tip" viewBox="0 0 8 8" refX="7" refY="4" markerWidth="8" markerHeight="8" orient="auto"><path d="M0 0 8 4 0 8z" fill="#6f8299"/></marker></defs>
<rect width="${width}" height="${height}" fill="#f6f8fb"/>
<text x="${LEFT}" y="36" class="name" style="fill:#12263f">案卷流程 · the workflow of a case</text>
${arrows().map(draw).join('\n')}
${(Object.keys(PLACES) as CaseStatus[]).map(box).join('\n')}
${listed.join('\n')}
</svg>
`;
}

if (import.meta.main) {
  const drawing = drawCases();
  if (process.argv.includes('--check')) {
    if (readFileSync(FILE, 'utf8') !== drawing) {
      console.error('docs/cases.svg differs from the machine: run npm run cases');
      process.exit(1);
    }
  } else writeFileSync(FILE, drawing);
}
