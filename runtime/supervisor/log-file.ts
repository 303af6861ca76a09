import { closeSync, fstatSync, openSync, renameSync, writeSync } from 'node:fs';

/** 16 MB is some days of a quiet process, and still opens in an editor. */
const ROTATE_BYTES = 16_000_000;
const KEEP = 3;
const TAIL_BYTES = 8_000;

/** A log that is cut by size: `x.log`, then `x.log.1` … `x.log.3`, oldest last. */
export class LogFile {
  readonly #path: string;
  #file: number;
  #size: number;
  #tail: Buffer = Buffer.alloc(0);

  constructor(path: string) {
    this.#path = path;
    this.#file = openSync(path, 'a');
    this.#size = fstatSync(this.#file).size;
  }

  write(part: Buffer): void {
    if (this.#size + part.length > ROTATE_BYTES) this.#rotate();
    writeSync(this.#file, part);
    this.#size += part.length;
    this.#tail = Buffer.concat([this.#tail, part]).subarray(-TAIL_BYTES);
  }

  lastLines(count: number): string[] {
    return this.#tail
      .toString('utf8')
      .split('\n')
      .filter((line) => line.trim() !== '')
      .slice(-count);
  }

  close(): void {
    closeSync(this.#file);
  }

  #rotate(): void {
    closeSync(this.#file);
    for (let n = KEEP - 1; n >= 1; n--) move(`${this.#path}.${n}`, `${this.#path}.${n + 1}`);
    move(this.#path, `${this.#path}.1`);
    this.#file = openSync(this.#path, 'a');
    this.#size = 0;
  }
}

function move(from: string, to: string) {
  try {
    renameSync(from, to);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ENOENT') throw error;
  }
}
