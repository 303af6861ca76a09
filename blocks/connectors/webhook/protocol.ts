import {
  type BrowseNode,
  ConnectorError,
  type ConnectorHost,
  type InboundAnswer,
  type InboundRequest,
  type SampleSink,
  type TagRequest,
  type TagValueType,
} from '#blocks/sdk/connector.ts';
import type { Newest, PushProtocol } from '../inbound/push-session.ts';
import { refusal } from '../inbound/receive.ts';
import { same, signedBy, tokenOf } from '../inbound/sign-in.ts';
import { fieldNodes } from '../payload/fields.ts';
import { JsonSamples } from '../payload/json-samples.ts';
import { Payload, PayloadError } from '../payload/payload.ts';
import { type Address, parseAddress } from './address.ts';

const MOST_PATHS = 500;

interface Wanted {
  readonly tag: TagRequest;
  readonly address: Address;
}
export interface WebhookRules {
  readonly secret: string;
  /** Header with the signature of the body; absent = the secret itself is sent as a token. */
  readonly signature?: string;
}

/** JSON that others send: one object, or a list of them. */
export class WebhookProtocol implements PushProtocol {
  readonly #rules: WebhookRules;
  #wanted = new Map<string, Wanted[]>();
  readonly #newest = new Map<string, { readonly body: Buffer; readonly time: number }>();
  readonly #samples: JsonSamples;

  constructor(rules: WebhookRules, host: ConnectorHost) {
    this.#rules = rules;
    this.#samples = new JsonSamples(host);
  }

  want(tags: readonly TagRequest[]): void {
    const wanted = tags.flatMap((tag): Wanted[] => {
      const parsed = parseAddress(tag.address);
      return parsed.ok ? [{ tag, address: parsed.address }] : [];
    });
    this.#wanted = Map.groupBy(wanted, ({ address }) => address.path);
  }

  async take(request: InboundRequest, give: SampleSink): Promise<InboundAnswer> {
    const { method, path, body, headers } = request;
    if (method !== 'POST' && method !== 'PUT') return refusal(405, 'method', 'POST or PUT JSON here.', { allow: 'POST, PUT' });
    const { secret, signature } = this.#rules;
    const allowed = signature ? signedBy(secret, body, headers[signature.toLowerCase()] ?? '') : same(tokenOf(request), secret);
    if (!allowed)
      return refusal(
        401,
        'unauthorized',
        signature ? `The signature in ${signature} is not that of this body.` : 'Send the token: “Authorization: Bearer …”.',
      );
    const parts = partsOf(body);
    if (!parts) return refusal(400, 'payload.json', 'The body is not JSON.');
    const arrived = Date.now();
    const last = parts.at(-1);
    if (last) this.#remember(path, last, arrived);
    const tags = this.#wanted.get(path) ?? [];
    const samples = parts.flatMap((part) => {
      const payload = new Payload(part);
      return tags.map(({ tag, address }) => this.#samples.take(tag, address, payload, arrived));
    });
    await give(samples);
    return { status: 200, body: JSON.stringify({ taken: parts.length }) };
  }

  #remember(path: string, body: Buffer, time: number): void {
    this.#newest.delete(path);
    this.#newest.set(path, { body, time });
    const [oldest] = this.#newest.keys();
    if (this.#newest.size > MOST_PATHS && oldest !== undefined) this.#newest.delete(oldest);
  }

  newest(text: string, type: TagValueType): Newest | undefined {
    const parsed = parseAddress(text);
    if (!parsed.ok) throw new ConnectorError('address', parsed.code, parsed.message);
    const heard = this.#newest.get(parsed.address.path);
    if (!heard) return undefined;
    try {
      return new Payload(heard.body).take(parsed.address, type, heard.time);
    } catch (error) {
      if (error instanceof PayloadError) throw new ConnectorError('address', error.code, error.text);
      throw error;
    }
  }

  /** Paths that something came to, then the fields of the newest body. */
  heard(path: string): readonly BrowseNode[] {
    const [document = ''] = path.split('#');
    const known = this.#newest.get(document);
    if (known) return fieldNodes(path.includes('#') ? path : `${path}#`, known.body);
    return [...this.#newest.keys()].sort().map((name) => ({ path: name, name, folder: true }));
  }
}

/** The objects of a body, each as bytes again; undefined when it is no JSON. */
function partsOf(body: Buffer): Buffer[] | undefined {
  try {
    const data: unknown = JSON.parse(body.toString('utf8'));
    return Array.isArray(data) ? data.map((one) => Buffer.from(JSON.stringify(one) ?? 'null')) : [body];
  } catch {
    return undefined; // told to the sender
  }
}
