import type { Paper } from './paper.ts';
import type { ReportRequest } from './request.ts';
import { cellText, numberText, say } from './say.ts';

interface Box {
  readonly x: number;
  readonly y: number;
  readonly width: number;
  readonly height: number;
}
/** Okabe and Ito: told apart also by people who see few colours; bars and lines have a legend as well. */
const COLOURS = ['#0072b2', '#d55e00', '#009e73', '#cc79a7', '#56b4e9', '#e69f00'];
const AXIS = '#8a8a8a';

/** Ends of an axis and its steps of 1, 2 or 5 times a power of ten. */
export function scaleOf(low: number, high: number, steps = 5): { from: number; to: number; step: number } {
  const span = high - low || Math.abs(high) || 1;
  const raw = span / steps;
  const power = 10 ** Math.floor(Math.log10(raw));
  const step = ([1, 2, 5, 10].find((m) => m * power >= raw * 0.999_999) ?? 10) * power;
  return { from: Math.floor(low / step) * step, to: Math.ceil((high + (high === low ? step : 0)) / step) * step, step };
}

/** Lines or bars over the columns of the table, drawn as lines and not as a picture: sharp at any size. */
export function drawChart(paper: Paper, report: ReportRequest, box: Box): void {
  const { chart, data, columns, zone, language } = report;
  if (!chart) return;
  const { doc } = paper;
  const xs = data[chart.x] ?? [];
  const numeric = xs.every((v) => typeof v === 'number');
  const series = chart.y.map((name) => (data[name] ?? []).map((v) => (typeof v === 'number' ? v : null)));
  const values = series.flat().filter((v): v is number => v !== null);
  if (values.length === 0) return;
  const bars = chart.kind === 'bar';
  // bars stand on zero, else their lengths say nothing
  const scale = scaleOf(Math.min(...values, ...(bars ? [0] : [])), Math.max(...values, ...(bars ? [0] : [])));
  const left = box.x + 44;
  const width = box.width - 44;
  const height = box.height - 34;
  const yOf = (value: number) => box.y + height - ((value - scale.from) / (scale.to - scale.from)) * height;
  for (let at = scale.from; at <= scale.to + scale.step / 2; at += scale.step) {
    doc
      .moveTo(left, yOf(at))
      .lineTo(left + width, yOf(at))
      .lineWidth(0.4)
      .strokeColor('#e2e2e2')
      .stroke();
    paper.text(numberText(Number(at.toPrecision(12))), box.x, yOf(at) - 4, { size: 7, color: AXIS, width: 40, align: 'right' });
  }
  const first = numeric ? Number(xs[0]) : 0;
  const last = numeric ? Number(xs.at(-1)) : xs.length - 1;
  const slot = width / Math.max(1, xs.length);
  const xOf = (i: number) =>
    bars || !numeric || first === last ? left + slot * (i + 0.5) : left + ((Number(xs[i]) - first) / (last - first)) * width;
  for (const [n, points] of series.entries()) {
    const colour = COLOURS[n % COLOURS.length] ?? AXIS;
    if (bars) {
      const each = (slot * 0.8) / series.length;
      points.forEach((value, i) => {
        if (value === null) return;
        const top = Math.min(yOf(value), yOf(0));
        doc
          .rect(xOf(i) - slot * 0.4 + n * each, top, each, Math.abs(yOf(value) - yOf(0)))
          .fillColor(colour)
          .fill();
      });
      continue;
    }
    let drawing = false;
    points.forEach((value, i) => {
      // a missing value is a gap, no line across
      if (value === null) drawing = false;
      else if (drawing) doc.lineTo(xOf(i), yOf(value));
      else {
        doc.moveTo(xOf(i), yOf(value));
        drawing = true;
      }
    });
    doc.lineWidth(1).strokeColor(colour).stroke();
  }
  doc
    .moveTo(left, box.y + height)
    .lineTo(left + width, box.y + height)
    .lineWidth(0.6)
    .strokeColor(AXIS)
    .stroke();
  const type = columns.find((c) => c.name === chart.x)?.type ?? 'number';
  const shown = [...new Set([0, Math.floor((xs.length - 1) / 2), xs.length - 1])];
  for (const i of shown)
    paper.text(cellText(xs[i], type, zone), xOf(i) - 50, box.y + height + 4, {
      size: 7,
      color: AXIS,
      width: 100,
      align: 'center',
    });
  let at = left;
  for (const [n, name] of chart.y.entries()) {
    const column = columns.find((c) => c.name === name);
    const label = `${say(column?.title ?? { en: name, zh: name }, language)}${column?.unit ? ` [${column.unit}]` : ''}`;
    doc
      .rect(at, box.y + box.height - 12, 8, 8)
      .fillColor(COLOURS[n % COLOURS.length] ?? AXIS)
      .fill();
    paper.text(label, at + 12, box.y + box.height - 13, { size: 8 });
    at += paper.widthOf(label, 8) + 28;
  }
}
