/**
 * A process that computes, one request at a time. It is given no secret and no address: requests and models come over the channel of its
 * parent, which watches its time and memory and ends it when it is over.
 */
import { computeHere } from './compute.ts';
import type { ComputeAnswer, ComputeKind } from './requests.ts';

export type ToChild =
  | { readonly type: 'compute'; readonly kind: ComputeKind; readonly request: unknown }
  | { readonly type: 'model'; readonly bytes: Uint8Array | null };
export type FromChild =
  | { readonly type: 'ready' }
  | { readonly type: 'model'; readonly hash: string }
  | { readonly type: 'answer'; readonly answer: ComputeAnswer };

/** A parent that is gone is told by the channel's end. */
const tell = (message: FromChild) => process.send?.(message, undefined, undefined, () => {});
let onModel: ((bytes: Uint8Array | undefined) => void) | undefined;

process.on('message', (message: ToChild) => {
  if (message.type === 'model') {
    onModel?.(message.bytes ?? undefined);
    return;
  }
  void computeHere(
    message.kind,
    message.request,
    (hash) =>
      new Promise((resolve) => {
        onModel = resolve;
        tell({ type: 'model', hash });
      }),
  ).then(
    (answer) => tell({ type: 'answer', answer }),
    (error: unknown) => {
      // not foreseen: a state that may be broken is not used again
      process.stderr.write(`${error instanceof Error ? error.stack : String(error)}\n`);
      process.exit(1);
    },
  );
});
process.on('disconnect', () => process.exit(0));
tell({ type: 'ready' });
