'use client';

/** Rendered above every page's content by the shell. */
export function AlarmBanner() {
  return null;
}
