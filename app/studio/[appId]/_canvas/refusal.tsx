'use client';
import { createContext, type ReactNode, useCallback, useContext, useEffect, useState } from 'react';
import type { Bilingual } from '#runtime/graph/document.ts';
import { useSay } from '../_session/use-session.tsx';
import classes from './canvas.module.css';

const RefusalContext = createContext<(reason: Bilingual) => void>(() => {});
/** Says on the canvas why a wire cannot be. */
export const useRefuse = () => useContext(RefusalContext);

/** Long enough to read a sentence twice. */
const SHOWN_MS = 8_000;

export function RefusalProvider({ children }: { children: ReactNode }) {
  const say = useSay();
  const [reason, setReason] = useState<Bilingual>();
  const refuse = useCallback((why: Bilingual) => setReason({ ...why }), []);
  useEffect(() => {
    if (!reason) return;
    const timer = setTimeout(() => setReason(undefined), SHOWN_MS);
    return () => clearTimeout(timer);
  }, [reason]);
  return (
    <RefusalContext value={refuse}>
      {children}
      <div role="status" aria-live="assertive">
        {reason && (
          <div className={classes.refusal} data-testid="wire-refusal">
            {say(reason)}
          </div>
        )}
      </div>
    </RefusalContext>
  );
}
