import { createServer, type Server } from 'node:http';
import { ZodError, z } from 'zod';
import { changeFaults, type FaultState, noFaults } from './faults.ts';

export interface Control {
  readonly faults: FaultState;
  change(change: unknown): void;
  close(): Promise<void>;
}

const LONGEST_BODY = 10_000;

/**
 * Loopback HTTP for demonstrations and tests: `GET /faults` gives the state, `POST /faults` takes a change
 * (`{ "pump1": { "fault": "inner" } }`), `DELETE /faults` clears all. `changed` is called after every change.
 */
export async function openControl(port: number, changed: (faults: FaultState) => void): Promise<Control> {
  let faults = noFaults();
  const set = (next: FaultState) => {
    faults = next;
    changed(faults);
  };
  const server: Server = createServer(async (request, response) => {
    const answer = (status: number, body: unknown) => {
      response.writeHead(status, { 'content-type': 'application/json; charset=utf-8' }).end(`${JSON.stringify(body)}\n`);
    };
    // a page in someone's browser must not switch faults: it would send an origin, or another host
    if (request.headers.origin !== undefined || !/^(127\.0\.0\.1|localhost)(:\d+)?$/.test(request.headers.host ?? '')) {
      return answer(403, { error: 'only programs on this machine may ask' });
    }
    if (request.url !== '/faults') return answer(404, { error: 'there is only /faults' });
    if (request.method === 'GET') return answer(200, faults);
    if (request.method === 'DELETE') {
      set(noFaults());
      return answer(200, faults);
    }
    if (request.method !== 'POST') return answer(405, { error: 'GET, POST or DELETE' });
    let text = '';
    for await (const part of request) {
      text += part;
      if (text.length > LONGEST_BODY) return answer(413, { error: `more than ${LONGEST_BODY} characters` });
    }
    try {
      set(changeFaults(faults, JSON.parse(text)));
      answer(200, faults);
    } catch (error) {
      const reason = error instanceof ZodError ? z.prettifyError(error) : error instanceof Error ? error.message : String(error);
      answer(400, { error: reason, state: faults });
    }
  });
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(port, '127.0.0.1', resolve);
  });
  return {
    get faults() {
      return faults;
    },
    change: (change) => set(changeFaults(faults, change)),
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}
