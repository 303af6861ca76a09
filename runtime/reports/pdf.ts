import { drawChart } from './chart.ts';
import { Paper } from './paper.ts';
import type { ReportFacts, ReportRequest } from './request.ts';
import { cellText, say, timeText, WORDS } from './say.ts';

const EDGE = 42;
const WIDTH = 595.28 - 2 * EDGE;
const BOTTOM = 841.89 - EDGE - 16;
const ROW = 15;

/** Title, period, chart, table over as many A4 pages as it needs, each with its number. */
export async function reportPdf(report: ReportRequest, facts: ReportFacts): Promise<Buffer> {
  const { title, language, zone, columns, data } = report;
  const paper = new Paper({
    title: say(title, language),
    author: facts.by,
    created: new Date(facts.made),
    language: language === 'en' ? 'en' : 'zh-CN',
  });
  const { doc } = paper;
  doc.addPage();
  let y = EDGE;
  for (const line of language === 'both' && title.en !== title.zh ? [title.zh, title.en] : [say(title, language)]) {
    paper.text(line, EDGE, y, { size: 18, weight: 700, width: WIDTH });
    y += 26;
  }
  if (facts.simulated) {
    const badge = say(WORDS.simulated, language);
    doc
      .roundedRect(EDGE, y, paper.widthOf(badge, 9, 700) + 14, 16, 3)
      .fillColor('#7048e8')
      .fill();
    paper.text(badge, EDGE + 7, y + 3, { size: 9, weight: 700, color: '#ffffff' });
    y += 22;
  }
  const line = (label: keyof typeof WORDS, text: string) => {
    paper.text(`${say(WORDS[label], language)}: ${text}`, EDGE, y, { size: 9, color: '#555555', width: WIDTH });
    y += 14;
  };
  line('period', `${timeText(report.from, zone)} – ${timeText(report.to, zone)} (${zone})`);
  line('by', facts.by);
  line('made', timeText(facts.made, zone));
  y += 8;
  const rows = data[columns[0]?.name ?? '']?.length ?? 0;
  if (report.chart && rows > 0) {
    drawChart(paper, report, { x: EDGE, y, width: WIDTH, height: 210 });
    y += 224;
  }
  const each = WIDTH / columns.length;
  const head = () => {
    doc
      .rect(EDGE, y, WIDTH, ROW + 2)
      .fillColor('#eef1f5')
      .fill();
    for (const [i, { title: words, unit, type }] of columns.entries()) {
      const label = `${say(words, language)}${unit ? ` [${unit}]` : ''}`;
      paper.text(label, EDGE + i * each + 4, y + 4, {
        size: 8,
        weight: 700,
        width: each - 8,
        align: type === 'number' ? 'right' : 'left',
      });
    }
    y += ROW + 2;
  };
  head();
  for (let row = 0; row < rows; row++) {
    if (y + ROW > BOTTOM) {
      doc.addPage();
      y = EDGE;
      head();
    }
    for (const [i, { name, type }] of columns.entries())
      paper.text(cellText(data[name]?.[row], type, zone), EDGE + i * each + 4, y + 3, {
        size: 8,
        width: each - 8,
        align: type === 'number' ? 'right' : 'left',
      });
    y += ROW;
    doc
      .moveTo(EDGE, y)
      .lineTo(EDGE + WIDTH, y)
      .lineWidth(0.3)
      .strokeColor('#e2e2e2')
      .stroke();
  }
  if (rows === 0) paper.text(say(WORDS.empty, language), EDGE + 4, y + 6, { size: 9, color: '#555555' });
  const { start, count } = doc.bufferedPageRange();
  for (let page = start; page < start + count; page++) {
    doc.switchToPage(page);
    paper.text(`${say(WORDS.page, language)} ${page + 1} / ${count}`, EDGE, BOTTOM + 8, {
      size: 8,
      color: '#555555',
      width: WIDTH,
      align: 'right',
    });
  }
  return paper.bytes();
}
