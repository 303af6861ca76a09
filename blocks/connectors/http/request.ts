import { type IncomingHttpHeaders, Agent as PlainAgent, request as plainRequest } from 'node:http';
import { request as secureRequest, Agent as TlsAgent } from 'node:https';
import type { Bilingual } from '#blocks/sdk/connection-words.ts';
import { refusedUser } from '#blocks/sdk/connection-words.ts';
import { ConnectorError, networkError } from '#blocks/sdk/connector.ts';

/** An answer that is longer is a fault of the source, or an attack. */
const LONGEST_ANSWER = 16 << 20;

export interface Answer {
  readonly status: number;
  readonly headers: IncomingHttpHeaders;
  readonly body: Buffer;
}

export interface HttpClientOptions {
  /** Scheme, name, port and the path that all addresses are below. */
  readonly base: URL;
  readonly timeoutMs: number;
  readonly headers: Readonly<Record<string, string>>;
  /** A certificate that a person trusts for this server. */
  readonly ca?: string | undefined;
}

/** Requests to one server over kept connections. Redirects are not followed: they would carry the credentials elsewhere. */
export class HttpClient {
  readonly #options: HttpClientOptions;
  readonly #agent: PlainAgent | TlsAgent;
  readonly #stop = new AbortController();

  constructor(options: HttpClientOptions) {
    this.#options = options;
    const kept = { keepAlive: true, maxSockets: 8, timeout: options.timeoutMs };
    this.#agent =
      options.base.protocol === 'https:'
        ? new TlsAgent({ ...kept, ...(options.ca ? { ca: [options.ca], checkServerIdentity: () => undefined } : {}) })
        : new PlainAgent(kept);
  }

  get where(): string {
    return this.#options.base.host;
  }

  /** One request within the time limit; gives answers of 2xx, throws what every other one means. */
  async ask(method: string, path: string, options: { body?: string; signal?: AbortSignal } = {}): Promise<Answer> {
    const answer = await this.exchange(method, path, options);
    const failure = statusError(answer, `${this.where}${path}`);
    if (failure) throw failure;
    return answer;
  }

  /** One request, whatever status its answer has: some protocols tell their own errors in it. */
  exchange(method: string, path: string, { body, signal }: { body?: string; signal?: AbortSignal } = {}): Promise<Answer> {
    const { base, timeoutMs, headers } = this.#options;
    // not AbortSignal.timeout: that keeps what was asked in memory until its time is over, also when it was answered long ago
    const late = new AbortController();
    const limit = setTimeout(() => late.abort(), timeoutMs);
    const signals = [this.#stop.signal, late.signal, ...(signal ? [signal] : [])];
    const send = base.protocol === 'https:' ? secureRequest : plainRequest;
    const answer = new Promise<Answer>((resolve, reject) => {
      const failed = (error: unknown) =>
        reject(
          error instanceof ConnectorError
            ? error
            : networkError(late.signal.aborted ? Object.assign(new Error('timeout'), { code: 'ETIMEDOUT' }) : error, this.where),
        );
      const request = send(
        {
          method,
          host: base.hostname.replace(/^\[|\]$/g, ''),
          port: base.port || (base.protocol === 'https:' ? 443 : 80),
          path: base.pathname.replace(/\/$/, '') + path,
          agent: this.#agent,
          signal: AbortSignal.any(signals),
          headers: {
            accept: 'application/json',
            ...headers,
            ...(body === undefined ? {} : { 'content-type': 'application/json', 'content-length': Buffer.byteLength(body) }),
          },
        },
        (response) => {
          const parts: Buffer[] = [];
          let length = 0;
          response.on('error', failed);
          response.on('data', (part: Buffer) => {
            length += part.length;
            if (length > LONGEST_ANSWER) response.destroy(tooLong(`${this.where}${path}`));
            else parts.push(part);
          });
          response.on('end', () =>
            resolve({ status: response.statusCode ?? 0, headers: response.headers, body: Buffer.concat(parts) }),
          );
        },
      );
      request.on('error', failed);
      request.end(body);
    });
    return answer.finally(() => clearTimeout(limit));
  }

  close(): void {
    this.#stop.abort();
    this.#agent.destroy();
  }
}

const tooLong = (where: string) =>
  new ConnectorError('data', 'http.too-long', {
    en: `The answer of ${where} is longer than 16 MiB. Ask for a part of it in the query.`,
    zh: `${where} 的应答超过 16 MiB。请在查询参数中只请求其中一部分。`,
  });

/** What a status means for a source; undefined when the answer is usable. */
export function statusError(answer: Pick<Answer, 'status' | 'headers'>, where: string): ConnectorError | undefined {
  const { status, headers } = answer;
  if (status >= 200 && status < 300) return undefined;
  if (status === 401 || status === 403) return new ConnectorError('permission', 'http.credentials', refusedUser(where));
  if (status >= 300 && status < 400) {
    const to = headers.location ?? '?';
    return new ConnectorError('address', 'http.redirect', {
      en: `${where} redirects to ${to}. Enter the final address; credentials are not sent on.`,
      zh: `${where} 重定向到 ${to}。请填写最终地址；凭据不会随重定向发送。`,
    });
  }
  if (status === 404 || status === 410)
    return new ConnectorError('address', 'http.not-found', {
      en: `${where} does not exist (status ${status}). Check the path.`,
      zh: `${where} 不存在（状态码 ${status}）。请检查路径。`,
    });
  if (status === 429)
    return new ConnectorError('device', 'http.too-often', {
      en: `${where} refuses so many requests (status 429). Choose a longer period for its tags.`,
      zh: `${where} 拒绝过于频繁的请求（状态码 429）。请延长测点的采样周期。`,
    });
  const text: Bilingual =
    status >= 500
      ? { en: `${where} reports a failure of its own (status ${status}).`, zh: `${where} 报告自身故障（状态码 ${status}）。` }
      : { en: `${where} refuses the request (status ${status}).`, zh: `${where} 拒绝了请求（状态码 ${status}）。` };
  return new ConnectorError(status >= 500 ? 'device' : 'address', `http.status-${status}`, text);
}
