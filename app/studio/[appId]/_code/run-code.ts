'use client';
import type { NodeTest } from '#runtime/graph/document.ts';
import type { Given } from './code-tests.ts';

/** Longer than this a function that is called some hundred times does not take. */
const LIMIT_MS = 2_000;
const BEGIN = Date.UTC(2026, 0, 1);

/**
 * What runs in the worker: one state for each key, a seeded `random`, records a second apart. A record that fails is told and the next goes on, as live.
 */
const GUEST = `
onmessage = ({ data }) => {
  const { text, rows } = data;
  const given = [];
  try {
    const exports = {};
    new Function('exports', text)(exports);
    const process = exports.default;
    const states = new Map();
    let seed = 1;
    const random = () => ((seed = (seed * 48271) % 2147483647) - 1) / 2147483646;
    for (const row of rows) {
      const state = states.get(row.key) ?? {};
      states.set(row.key, state);
      try {
        given.push({ out: JSON.parse(JSON.stringify(process(row, state, { now: row.time, random }) ?? null)) });
      } catch (error) {
        given.push({ failure: String(error && error.message || error) });
      }
    }
    postMessage({ given });
  } catch (error) {
    postMessage({ failure: String(error && error.message || error) });
  }
};`;

/** The frame has an origin of its own and may load nothing: code of others that is tested here reaches neither this page nor its session. */
const PAGE = `<!doctype html><meta http-equiv="Content-Security-Policy" content="default-src 'none'; script-src 'unsafe-inline' 'unsafe-eval' blob:; worker-src blob:">
<script>
onmessage = ({ data, ports: [port] }) => {
  const worker = new Worker(URL.createObjectURL(new Blob([data.guest], { type: 'text/javascript' })));
  worker.onmessage = (event) => port.postMessage(event.data);
  worker.onerror = (event) => port.postMessage({ failure: event.message || 'worker' });
  worker.postMessage(data);
};
parent.postMessage('ready', '*');
</script>`;

export class CodeTookTooLong extends Error {}

/** Runs records through the user's function, already without types. @throws {CodeTookTooLong}; `Error` with what the code says when it cannot begin */
export async function runCode(text: string, tests: readonly NodeTest[]): Promise<readonly Given[]> {
  const frame = document.createElement('iframe');
  frame.setAttribute('sandbox', 'allow-scripts');
  frame.hidden = true;
  frame.title = 'test';
  const channel = new MessageChannel();
  let timer: ReturnType<typeof setTimeout> | undefined;
  const ready = new Promise<void>((resolve) => {
    const onReady = (event: MessageEvent) => {
      if (event.source !== frame.contentWindow) return;
      removeEventListener('message', onReady);
      resolve();
    };
    addEventListener('message', onReady);
  });
  try {
    frame.srcdoc = PAGE;
    document.body.append(frame);
    await ready;
    return await new Promise<readonly Given[]>((resolve, reject) => {
      timer = setTimeout(() => reject(new CodeTookTooLong()), LIMIT_MS);
      channel.port1.onmessage = ({ data }: MessageEvent<{ given?: readonly Given[]; failure?: string }>) =>
        data.given ? resolve(data.given) : reject(new Error(data.failure));
      const rows = tests.map(({ key = '', in: values }, at) => ({ ...values, time: BEGIN + at * 1000, key, quality: 0 }));
      frame.contentWindow?.postMessage({ guest: GUEST, text, rows }, '*', [channel.port2]);
    });
  } finally {
    clearTimeout(timer);
    channel.port1.close();
    // With the frame its worker ends, whatever it is doing.
    frame.remove();
  }
}
