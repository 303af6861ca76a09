import PDFDocument from 'pdfkit';
import { fontFile, runsOf, type Weight } from './fonts.ts';

export interface TextOptions {
  readonly size: number;
  readonly weight?: Weight;
  readonly color?: string;
  /** Cut with an ellipsis when it is wider, points. */
  readonly width?: number;
  readonly align?: 'left' | 'right' | 'center';
}

/** A PDF document that draws words of any script: each piece in the file of the font that has it. Points, from the upper left. */
export class Paper {
  readonly doc: PDFKit.PDFDocument;
  readonly #registered = new Set<string>();
  readonly #bytes: Promise<Buffer>;

  constructor(facts: { title: string; author: string; created: Date; language: string }) {
    const { title, author, created, language } = facts;
    this.doc = new PDFDocument({
      size: 'A4',
      margin: 0,
      bufferPages: true,
      lang: language,
      displayTitle: true,
      info: { Title: title, Author: author, Creator: 'Millwright', Producer: 'Millwright', CreationDate: created },
      autoFirstPage: false,
    });
    this.#bytes = new Promise((resolve, reject) => {
      const parts: Buffer[] = [];
      this.doc.on('data', (part: Buffer) => parts.push(part));
      this.doc.on('end', () => resolve(Buffer.concat(parts)));
      this.doc.on('error', reject);
    });
  }

  #font(subset: string, weight: Weight): string {
    const name = `${subset}-${weight}`;
    if (!this.#registered.has(name)) {
      this.doc.registerFont(name, fontFile(subset, weight));
      this.#registered.add(name);
    }
    return name;
  }

  widthOf(text: string, size: number, weight: Weight = 400): number {
    return runsOf(text).reduce(
      (sum, run) => sum + this.doc.font(this.#font(run.subset, weight)).fontSize(size).widthOfString(run.text),
      0,
    );
  }

  /** One line; `y` is its top. */
  text(text: string, x: number, y: number, options: TextOptions): void {
    const { size, weight = 400, color = '#1a1a1a', width, align = 'left' } = options;
    const shown = width === undefined ? text : this.#cut(text, size, weight, width);
    const free = width === undefined ? 0 : width - this.widthOf(shown, size, weight);
    let at = x + (align === 'right' ? free : align === 'center' ? free / 2 : 0);
    for (const run of runsOf(shown)) {
      this.doc.font(this.#font(run.subset, weight)).fontSize(size).fillColor(color);
      this.doc.text(run.text, at, y, { lineBreak: false, baseline: 'top' });
      at += this.doc.widthOfString(run.text);
    }
  }

  #cut(text: string, size: number, weight: Weight, width: number): string {
    if (this.widthOf(text, size, weight) <= width) return text;
    const letters = [...text];
    while (letters.length > 0 && this.widthOf(`${letters.join('')}…`, size, weight) > width) letters.pop();
    return `${letters.join('')}…`;
  }

  async bytes(): Promise<Buffer> {
    this.doc.end();
    return this.#bytes;
  }
}
