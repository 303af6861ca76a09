'use client';
import { createContext, type ReactNode, useCallback, useContext } from 'react';
import type { Permission } from '#server/access.ts';
import type { Me } from '#server/organization/read-me.ts';

const MeContext = createContext<Me | null>(null);

export function MeProvider({ me, children }: { me: Me | null; children: ReactNode }) {
  return <MeContext.Provider value={me}>{children}</MeContext.Provider>;
}

/** The signed-in person with their organization; null on the sign-in pages. */
export function useMe(): Me | null {
  return useContext(MeContext);
}

/** `const may = useMay(); {may('plant.write') && …}`: hides what would be refused. The server checks again. */
export function useMay(): (permission: Permission) => boolean {
  const me = useMe();
  return useCallback((permission) => me?.may.includes(permission) ?? false, [me]);
}
