/** What a device may read and write at the platform's broker: everything below the names of its organization. Pure. */

const SPARKPLUG = 'spBv1.0';

/** The name that a topic or filter stands under; undefined when a wildcard leaves it open. */
function nameOf(topic: string): string | undefined {
  const levels = topic.split('/');
  const name = levels[0] === SPARKPLUG ? levels[1] : levels[0];
  return name === undefined || name === '' || name.includes('+') || name.includes('#') ? undefined : name;
}

export function mayPublish(topic: string, names: ReadonlySet<string>): boolean {
  const name = nameOf(topic);
  if (name === undefined) return false;
  // a host application announces itself under an id that must be one of its organization's names
  if (topic.startsWith(`${SPARKPLUG}/STATE/`)) return names.has(topic.split('/')[2] ?? '');
  return names.has(name);
}

export function maySubscribe(filter: string, names: ReadonlySet<string>): boolean {
  const name = nameOf(filter);
  if (name === undefined) return false;
  if (filter.startsWith(`${SPARKPLUG}/STATE/`)) return names.has(filter.split('/')[2] ?? '');
  return names.has(name);
}
