/**
 * Who may do what: the only such table. A procedure names an action, this file says which roles hold it, `access.test.ts` reads it back in full,
 * and screens ask it what to show.
 */
export const ROLES = ['owner', 'admin', 'engineer', 'operator', 'viewer', 'auditor', 'publisher', 'reviewer'] as const;
/** A person's role in an organization; never to be confused with an app's tag role. */
export type AccessRole = (typeof ROLES)[number];

const everyone = ROLES;
const readers = ['owner', 'admin', 'engineer', 'operator', 'viewer', 'auditor'] as const;
const builders = ['owner', 'admin', 'engineer'] as const;
const operators = ['owner', 'admin', 'engineer', 'operator'] as const;
const managers = ['owner', 'admin'] as const;

export const ACCESS = {
  'org.read': everyone,
  'org.write': managers,

  'plant.read': readers,
  'plant.write': builders,
  'source.read': readers,
  'source.write': builders,
  /** Trust or reject a server's certificate. */
  'source.trust': builders,

  'app.read': [...readers, 'publisher'],
  'app.write': [...builders, 'publisher'],
  /** Put a draft live, upgrade, go back, change bindings or grants. */
  'app.deploy': builders,
  /** Start and stop instances, retry effects and dead letters. */
  'app.control': operators,

  'operate.read': readers,
  /** Submit forms, write setpoints, confirm or refuse waiting commands. */
  'operate.write': operators,

  'alarm.read': readers,
  'alarm.acknowledge': operators,
  'alarm.shelve': operators,

  'record.read': readers,
  /** Records of the running plant: orders, jobs, lots, inspections, failures. */
  'record.work': operators,
  /** Records that the plant is run by: items, recipes, tariffs, contracts. */
  'record.manage': builders,
  /** Release, approve, let go from hold: what somebody answers for. */
  'record.approve': builders,

  'history.read': readers,
  'history.export': readers,

  'run.read': [...readers, 'publisher'],
  'run.start': [...builders, 'publisher'],

  'market.read': everyone,
  'market.install': builders,

  'publish.read': ['owner', 'admin', 'engineer', 'auditor', 'publisher'],
  'publish.write': ['owner', 'admin', 'publisher'],

  /** Platform organizations only: see submitted releases, decide about them. */
  'review.read': ['reviewer', 'auditor'],
  'review.decide': ['reviewer'],

  'members.read': everyone,
  'members.write': managers,
  'keys.read': managers,
  'keys.write': managers,
  'secrets.write': builders,
  'channels.read': readers,
  'channels.write': builders,
  'audit.read': ['owner', 'admin', 'auditor'],
} as const satisfies Record<string, readonly AccessRole[]>;
export type Permission = keyof typeof ACCESS;

export function isRole(text: string): text is AccessRole {
  return (ROLES as readonly string[]).includes(text);
}

export function can(roles: readonly AccessRole[], permission: Permission): boolean {
  const holders: readonly AccessRole[] = ACCESS[permission];
  return roles.some((role) => holders.includes(role));
}

/** What a key of the programming interface may be allowed to do. */
export const SCOPES = ['samples.write', 'history.read', 'alarms.read', 'runs.start', 'records.read', 'records.write'] as const;
export type Scope = (typeof SCOPES)[number];
