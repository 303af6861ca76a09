/** Progress in the terminal: one line per stage with the time it took. A terminal sees the running stage; a log file only the result. */
const live = process.stdout.isTTY === true;
const dim = (text: string) => (live ? `\x1b[2m${text}\x1b[0m` : text);
const mark = live ? '\x1b[32m✓\x1b[0m' : '✓';

export interface Stage {
  /** What it is doing just now, in a few words. */
  detail(text: string): void;
  /** Another name once more is known. */
  rename(title: string): void;
}

export const seconds = (milliseconds: number) => (milliseconds / 1_000).toFixed(1);

export async function stage<T>(title: string, work: (stage: Stage) => Promise<T>): Promise<T> {
  const begun = performance.now();
  let name = title;
  const draw = (text = '') => live && process.stdout.write(`\r\x1b[2K  … ${name} ${dim(text)}`);
  draw();
  try {
    const result = await work({
      detail: draw,
      rename: (title) => {
        name = title;
      },
    });
    line(`${mark} ${name} ${dim(`${seconds(performance.now() - begun)} s`)}`);
    return result;
  } catch (error) {
    line(`✗ ${name}`);
    throw error;
  }
}

function line(text: string) {
  process.stdout.write(`${live ? '\r\x1b[2K' : ''}  ${text}\n`);
}

export function say(text: string) {
  process.stdout.write(`${live ? '\r\x1b[2K' : ''}${text}\n`);
}
