/**
 * An agent as the MTConnect standard describes one (Parts 1 to 3, version 1.7: headers, sequence numbers, a buffer that rolls over, errors), for tests: no
 * independent agent can be installed here. It is not a recorded conversation.
 */
import { createServer, type Server } from 'node:http';
import type { TestSource } from '../suite.ts';

const NS = 'xmlns="urn:mtconnect.org:MTConnect';

const ITEMS = [
  { id: 'Xact', category: 'SAMPLE', type: 'POSITION', units: 'MILLIMETER', element: 'Position' },
  { id: 'S1speed', category: 'SAMPLE', type: 'ROTARY_VELOCITY', units: 'REVOLUTION/MINUTE', element: 'RotaryVelocity' },
  { id: 'exec', category: 'EVENT', type: 'EXECUTION', element: 'Execution' },
  { id: 'coolant', category: 'EVENT', type: 'POWER_STATE', element: 'PowerState' },
  { id: 'Xcond', category: 'CONDITION', type: 'POSITION', element: 'Normal' },
  {
    id: 'vib',
    category: 'SAMPLE',
    type: 'ACCELERATION_TIME_SERIES',
    units: 'MILLIMETER/SECOND^2',
    element: 'AccelerationTimeSeries',
  },
] as const;

interface Entry {
  readonly sequence: number;
  readonly id: string;
  readonly time: string;
  readonly text: string;
  readonly element: string;
  readonly attributes: string;
}

export class TestAgent implements TestSource {
  readonly port: number;
  readonly bufferSize: number;
  instance = 1_700_000_000;
  #next = 1;
  #buffer: Entry[] = [];
  readonly #newest = new Map<string, Entry>();
  #server: Server | undefined;
  #silent = false;
  #timer: NodeJS.Timeout | undefined;

  constructor(port: number, bufferSize = 1000) {
    this.port = port;
    this.bufferSize = bufferSize;
    for (const { id } of ITEMS) this.observe(id, 'UNAVAILABLE');
  }

  observe(id: string, text: string, more: { element?: string; attributes?: string; time?: string } = {}): void {
    const item = ITEMS.find((one) => one.id === id);
    if (!item) throw new Error(`no item ${id}`);
    const entry = {
      sequence: this.#next++,
      id,
      time: more.time ?? new Date().toISOString(),
      text: item.category === 'CONDITION' && text === 'UNAVAILABLE' ? '' : text,
      element: more.element ?? (item.category === 'CONDITION' && text === 'UNAVAILABLE' ? 'Unavailable' : item.element),
      attributes: more.attributes ?? '',
    };
    this.#newest.set(id, entry);
    this.#buffer.push(entry);
    if (this.#buffer.length > this.bufferSize) this.#buffer.shift();
  }

  /** As after a restart of the agent: a new instance, numbers from 1. */
  restart(): void {
    this.instance++;
    this.#next = 1;
    this.#buffer = [];
    for (const { id } of ITEMS) this.observe(id, 'UNAVAILABLE');
  }

  /** Answers every question with a failure of its own. */
  failing = false;
  /** How far its clock is ahead. */
  clockMs = 0;

  /** Values of a machine that moves, every 50 ms. */
  run(): void {
    this.#timer = setInterval(() => {
      if (this.#silent) return;
      this.observe('Xact', '10.5');
      this.observe('coolant', 'ON');
      this.observe('Xcond', 'Axis X over travel', { element: 'Fault', attributes: ' nativeCode="E12" type="POSITION"' });
    }, 50);
    this.observe('exec', 'ACTIVE');
  }

  #header(): string {
    const first = this.#buffer[0]?.sequence ?? this.#next;
    return `<Header creationTime="${new Date(Date.now() + this.clockMs).toISOString()}" sender="test" instanceId="${this.instance}" version="1.7.0.3" bufferSize="${this.bufferSize}" nextSequence="%NEXT%" firstSequence="${first}" lastSequence="${this.#next - 1}"/>`;
  }

  #streams(entries: readonly Entry[], next: number): string {
    const category = (name: string, of: string) => {
      const own = entries.filter((entry) => ITEMS.find((item) => item.id === entry.id)?.category === of);
      const lines = own.map(
        (e) =>
          `<${e.element} dataItemId="${e.id}" timestamp="${e.time}" sequence="${e.sequence}"${e.attributes}>${e.text}</${e.element}>`,
      );
      return lines.length === 0 ? '' : `<${name}>${lines.join('')}</${name}>`;
    };
    const inside = category('Samples', 'SAMPLE') + category('Events', 'EVENT') + category('Condition', 'CONDITION');
    return `<?xml version="1.0" encoding="UTF-8"?>\n<MTConnectStreams ${NS}Streams:1.7">${this.#header().replace('%NEXT%', String(next))}<Streams><DeviceStream name="mill" uuid="m1"><ComponentStream component="Linear" name="X" componentId="x">${inside}</ComponentStream></DeviceStream></Streams></MTConnectStreams>`;
  }

  #devices(): string {
    const items = ITEMS.map(
      (item) =>
        `<DataItem category="${item.category}" id="${item.id}" name="${item.id}" type="${item.type}"${'units' in item ? ` units="${item.units}"` : ''}/>`,
    );
    const many = Array.from({ length: 130 }, (_, i) => `<DataItem category="EVENT" id="m${i}" type="MESSAGE"/>`);
    return `<?xml version="1.0"?><MTConnectDevices ${NS}Devices:1.7">${this.#header().replace('%NEXT%', '1')}<Devices><Device id="d" name="mill" uuid="m1"><DataItems>${items.join('')}</DataItems><Components><Controller id="c" name="many"><DataItems>${many.join('')}</DataItems></Controller></Components></Device></Devices></MTConnectDevices>`;
  }

  async start(): Promise<void> {
    this.#server = createServer((request, response) => {
      if (this.#silent) return;
      const url = new URL(request.url ?? '/', 'http://agent');
      const answer = (status: number, xml: string) => {
        response.writeHead(status, { 'content-type': 'text/xml' });
        response.end(xml);
      };
      if (this.failing) return answer(500, '<html>internal error</html>');
      if (url.pathname === '/probe') return answer(200, this.#devices());
      if (url.pathname === '/current') return answer(200, this.#streams([...this.#newest.values()], this.#next));
      if (url.pathname !== '/sample') return answer(404, '<html>no</html>');
      const from = Number(url.searchParams.get('from'));
      const count = Number(url.searchParams.get('count'));
      const first = this.#buffer[0]?.sequence ?? this.#next;
      if (from < first || from > this.#next)
        // version 2 of the reference agent answers so with status 404
        return answer(
          404,
          `<MTConnectError ${NS}Error:1.7">${this.#header()}<Errors><Error errorCode="OUT_OF_RANGE">'from' must be greater than ${first}</Error></Errors></MTConnectError>`,
        );
      const entries = this.#buffer.filter((entry) => entry.sequence >= from).slice(0, count);
      answer(200, this.#streams(entries, (entries.at(-1)?.sequence ?? from - 1) + 1));
    });
    await new Promise<void>((resolve, reject) => {
      this.#server?.once('error', reject);
      this.#server?.listen(this.port, '127.0.0.1', resolve);
    });
  }

  async stop(): Promise<void> {
    const server = this.#server;
    this.#server = undefined;
    if (!server) return;
    server.closeAllConnections();
    await new Promise<void>((resolve) => server.close(() => resolve()));
  }
  end(): void {
    clearInterval(this.#timer);
  }
  async silence(on: boolean): Promise<void> {
    this.#silent = on;
    if (!on) this.#server?.closeAllConnections();
  }
  async written(): Promise<undefined> {
    return undefined;
  }
}
