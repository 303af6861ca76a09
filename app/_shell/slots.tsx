'use client';
import { type ReactNode, useEffect, useState } from 'react';
import { createPortal } from 'react-dom';

export const TOP_LEFT = 'mw-top-left';
export const TOP_RIGHT = 'mw-top-right';

/** Puts a page's own controls into the top bar: its title, undo, state at the left; its main actions at the right. */
export function InTopBar({ side, children }: { side: 'left' | 'right'; children: ReactNode }) {
  const [place, setPlace] = useState<HTMLElement | null>(null);
  useEffect(() => setPlace(document.getElementById(side === 'left' ? TOP_LEFT : TOP_RIGHT)), [side]);
  return place ? createPortal(children, place) : null;
}
