import { closeSync, copyFileSync, existsSync, openSync, readFileSync, renameSync, statSync, truncateSync } from 'node:fs';

/** 16 MB is some days of a quiet process, and still opens in an editor. */
const ROTATE_BYTES = 16_000_000;
const KEEP = 3;
const LOOK_MS = 60_000;

/**
 * A child's log, cut by size: `x.log`, then `x.log.1` … `x.log.3`, oldest last. The child writes to the file itself, so its last words
 * are kept when the supervisor is killed (a pipe would break under it). It is therefore cut by copy and truncate, which may lose the
 * lines of one instant.
 */
export class LogFile {
  readonly path: string;
  readonly #timer: NodeJS.Timeout;

  constructor(path: string) {
    this.path = path;
    this.#timer = setInterval(() => this.rotate(), LOOK_MS);
    this.#timer.unref();
  }

  /** For the child's stdout and stderr; give it back with `release`. Appending, so that it goes on at the start after a cut. */
  open(): { fd: number; release: () => void } {
    const fd = openSync(this.path, 'a');
    return { fd, release: () => closeSync(fd) };
  }

  lastLines(count: number): string[] {
    const lines = existsSync(this.path) ? readFileSync(this.path, 'utf8').split('\n') : [];
    return lines.filter((line) => line.trim() !== '').slice(-count);
  }

  rotate(limit = ROTATE_BYTES): void {
    if ((statSync(this.path, { throwIfNoEntry: false })?.size ?? 0) < limit) return;
    for (let n = KEEP - 1; n >= 1; n--)
      if (existsSync(`${this.path}.${n}`)) renameSync(`${this.path}.${n}`, `${this.path}.${n + 1}`);
    copyFileSync(this.path, `${this.path}.1`);
    truncateSync(this.path);
  }

  close(): void {
    clearInterval(this.#timer);
  }
}
