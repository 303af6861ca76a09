import { type ConnectionPart, ConnectorError } from '#blocks/sdk/connector.ts';
import type { Bilingual } from '#runtime/graph/document.ts';

/** The work, or an error after so long; what comes later is given to `late`. */
export async function bounded<T>(
  work: Promise<T>,
  ms: number,
  failure: { readonly part?: ConnectionPart; readonly code: string; readonly text: Bilingual },
  late?: (value: T) => Promise<void>,
): Promise<T> {
  const { promise, reject } = Promise.withResolvers<never>();
  let over = false;
  const timer = setTimeout(() => {
    over = true;
    reject(new ConnectorError(failure.part ?? 'session', failure.code, failure.text));
  }, ms);
  work.then(
    (value) => {
      if (over) late?.(value).catch(() => {});
    },
    () => {},
  );
  try {
    return await Promise.race([work, promise]);
  } finally {
    clearTimeout(timer);
  }
}
