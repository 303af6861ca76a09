import type { Family } from './exposition.ts';

/** Jobs by the queue's own states. */
export type QueueCounts = Readonly<Record<string, number>>;

export function queueFamilies(queues: Readonly<Record<string, QueueCounts>>): Family[] {
  return [
    {
      name: 'queue_jobs',
      type: 'gauge',
      help: 'Jobs of a queue by state; a turn is active as long as its shard is held. Absent while the queue does not answer.',
      samples: Object.entries(queues).flatMap(([queue, counts]) =>
        Object.entries(counts).map(([state, value]) => ({ labels: { queue, state }, value })),
      ),
    },
  ];
}
