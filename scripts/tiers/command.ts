import { spawn } from 'node:child_process';
import { fileURLToPath } from 'node:url';

export const root = fileURLToPath(new URL('../..', import.meta.url));
export const tell = (text: string) => process.stdout.write(`${text}\n`);
export const seconds = (begun: number) => ((performance.now() - begun) / 1_000).toFixed(1);

/** The tools of this tree, run by this very Node (a shebang would find the system's). */
export const tool = (path: string, ...args: string[]) => [process.execPath, `${root}node_modules/${path}`, ...args];
export const script = (path: string, ...args: string[]) => [
  process.execPath,
  '--disable-warning=ExperimentalWarning',
  `${root}${path}`,
  ...args,
];

/** Runs a command in the project's root with its output on the terminal; resolves to its exit code (1 for a signal). */
export function run(command: readonly string[], env: Record<string, string> = {}): Promise<number> {
  const [program = '', ...args] = command;
  return new Promise((resolve, reject) => {
    const child = spawn(program, args, { cwd: root, env: { ...process.env, ...env }, stdio: ['ignore', 'inherit', 'inherit'] });
    child.once('error', reject);
    child.once('close', (code) => resolve(code ?? 1));
  });
}

/** The same with its output as text. */
export function ask(command: readonly string[]): Promise<{ code: number; text: string }> {
  const [program = '', ...args] = command;
  return new Promise((resolve) => {
    const child = spawn(program, args, { cwd: root, stdio: ['ignore', 'pipe', 'pipe'] });
    let text = '';
    const collect = (part: Buffer) => {
      text += part;
    };
    child.stdout.on('data', collect);
    child.stderr.on('data', collect);
    child.once('error', (error) => resolve({ code: 127, text: String(error) }));
    child.once('close', (code) => resolve({ code: code ?? 1, text }));
  });
}
