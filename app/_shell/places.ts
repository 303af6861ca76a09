import {
  IconAdjustments,
  IconBell,
  IconBuildingFactory2,
  IconBuildingStore,
  IconChartLine,
  IconClipboardCheck,
  IconFileDescription,
  IconHome2,
  IconListDetails,
  IconPackageExport,
  IconPlugConnected,
  IconSettings,
  IconTopologyStar3,
} from '@tabler/icons-react';
import type { ComponentType } from 'react';
import type { Permission } from '#server/access.ts';

/** Where one can go, in the order of the navigation rail. The name is `shell.places.<id>`. */
export interface Place {
  readonly id: string;
  readonly href: string;
  readonly icon: ComponentType<{ size?: number | string; stroke?: number }>;
  /** Shown to who holds one of these. */
  readonly permissions: readonly Permission[];
  /** Only in an organization that runs the platform. */
  readonly platform?: boolean;
}

export const PLACES: readonly Place[] = [
  { id: 'home', href: '/', icon: IconHome2, permissions: ['org.read'] },
  { id: 'apps', href: '/apps', icon: IconTopologyStar3, permissions: ['app.read'] },
  { id: 'plant', href: '/plant', icon: IconBuildingFactory2, permissions: ['plant.read'] },
  { id: 'sources', href: '/sources', icon: IconPlugConnected, permissions: ['source.read'] },
  { id: 'operate', href: '/operate', icon: IconAdjustments, permissions: ['operate.read'] },
  { id: 'alarms', href: '/alarms', icon: IconBell, permissions: ['alarm.read'] },
  { id: 'history', href: '/history', icon: IconChartLine, permissions: ['history.read'] },
  { id: 'records', href: '/records', icon: IconFileDescription, permissions: ['record.read'] },
  { id: 'runs', href: '/runs', icon: IconListDetails, permissions: ['run.read'] },
  { id: 'market', href: '/market', icon: IconBuildingStore, permissions: ['market.read'] },
  { id: 'publish', href: '/publish', icon: IconPackageExport, permissions: ['publish.read'] },
  { id: 'review', href: '/review', icon: IconClipboardCheck, permissions: ['review.read'], platform: true },
  { id: 'admin', href: '/admin', icon: IconSettings, permissions: ['members.write', 'keys.read', 'audit.read'] },
];

/** The place that an address belongs to. */
export function placeOf(pathname: string): Place | undefined {
  if (pathname.startsWith('/studio')) return PLACES.find((place) => place.id === 'apps');
  return PLACES.find((place) =>
    place.href === '/' ? pathname === '/' : pathname === place.href || pathname.startsWith(`${place.href}/`),
  );
}
