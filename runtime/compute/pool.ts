import { type ChildProcess, fork } from 'node:child_process';
import { availableParallelism, setPriority } from 'node:os';
import { fileURLToPath } from 'node:url';
import type { FromChild, ToChild } from './child.ts';
import { resourcesOf } from './process-use.ts';
import { type ComputeAnswer, type ComputeKind, type ComputeLimits, limitsOf, type ModelStore, modelOf } from './requests.ts';

/** Processes that compute for programs, apart from those that step them: a computation holds up no app, and what it breaks is thrown away. */
export interface ComputePool {
  /** Waits for a free process, fairly among organizations. Never throws for what a request does. */
  compute(
    orgId: string,
    kind: ComputeKind,
    request: Readonly<Record<string, unknown>>,
    /** Instead of the pool's: those of a package whose proof is run. */
    models?: ModelStore,
  ): Promise<ComputeAnswer>;
  /** Requests that would begin at once. */
  readonly free: number;
  readonly facts: {
    readonly processes: number;
    readonly busy: number;
    readonly waiting: number;
    readonly done: number;
    readonly ended: number;
  };
  close(): Promise<void>;
}
export interface PoolOptions {
  readonly models: ModelStore;
  readonly size?: number;
  /** Instead of the limits of the kind. */
  readonly limits?: Partial<ComputeLimits>;
  /** Of an organization, waiting; more are refused. */
  readonly mostWaiting?: number;
  /** A process without work ends after this, ms. */
  readonly idleMs?: number;
  readonly warn: (what: string, error: unknown) => void;
}

const ENTRY = fileURLToPath(new URL('./child.ts', import.meta.url));
const ROOT = fileURLToPath(new URL('../../', import.meta.url));
const LOOK_MS = 100;
const IDLE_MS = 60_000;
const START_MS = 60_000;
/** Behind what people and machines wait for. */
const NICE = 10;
/** A process that vanished without a limit being passed: tried once more in a fresh one. */
const TRIES = 2;

interface Waiting {
  readonly orgId: string;
  readonly kind: ComputeKind;
  readonly request: Readonly<Record<string, unknown>>;
  readonly models: ModelStore;
  readonly answer: (answer: ComputeAnswer) => void;
}
interface Seat {
  child?: ChildProcess;
  busy: boolean;
  idle?: NodeJS.Timeout;
}

export function openComputePool(options: PoolOptions): ComputePool {
  const size = options.size ?? Math.max(1, Math.min(4, availableParallelism() - 1));
  const mostWaiting = options.mostWaiting ?? 200;
  const seats: Seat[] = Array.from({ length: size }, () => ({ busy: false }));
  /** By organization, in the order of their turns. */
  const queues = new Map<string, Waiting[]>();
  let closed = false;
  let done = 0;
  let ended = 0;

  /** The next of the organization whose turn it is; it then stands last. */
  function take(): Waiting | undefined {
    const [orgId] = queues.keys();
    if (orgId === undefined) return undefined;
    const queue = queues.get(orgId) ?? [];
    queues.delete(orgId);
    const next = queue.shift();
    if (queue.length > 0) queues.set(orgId, queue);
    return next;
  }

  function deal(): void {
    for (const seat of seats) {
      if (seat.busy || closed) continue;
      const next = take();
      if (!next) return;
      seat.busy = true;
      clearTimeout(seat.idle);
      void perform(seat, next)
        .catch((error: unknown): ComputeAnswer => {
          options.warn('compute', error);
          return { ok: false, code: 'compute-crashed' };
        })
        .then((answer) => {
          seat.busy = false;
          done++;
          seat.idle = setTimeout(() => stop(seat), options.idleMs ?? IDLE_MS);
          seat.idle.unref();
          next.answer(answer);
          deal();
        });
    }
  }

  async function perform(seat: Seat, job: Waiting): Promise<ComputeAnswer> {
    const hash = modelOf(job.request);
    // also when a process has the model from another organization
    if (hash !== undefined && !(await job.models.has(job.orgId, hash)))
      return { ok: false, code: 'model-missing', params: { model: hash } };
    for (let attempt = 1; ; attempt++) {
      const answer = await attend(seat, job);
      if (answer.ok || answer.code !== 'compute-crashed' || attempt === TRIES || closed) return answer;
    }
  }

  async function attend(seat: Seat, job: Waiting): Promise<ComputeAnswer> {
    const child = seat.child ?? (await start(seat));
    const limits = { ...limitsOf(job.kind, job.request), ...options.limits };
    const begun = performance.now();
    const before = child.pid === undefined ? undefined : await resourcesOf(child.pid);
    return new Promise((resolve) => {
      const finish = (answer: ComputeAnswer) => {
        clearInterval(watch);
        child.off('message', onMessage).off('exit', onExit);
        resolve(answer);
      };
      const kill = (answer: ComputeAnswer) => {
        ended++;
        stop(seat);
        finish(answer);
      };
      const onExit = () => {
        ended++;
        if (seat.child === child) delete seat.child;
        finish({ ok: false, code: 'compute-crashed' });
      };
      const onMessage = (message: FromChild) => {
        if (message.type === 'answer') finish(message.answer);
        else if (message.type === 'model')
          job.models.read(job.orgId, message.hash).then(
            (bytes) => send(child, { type: 'model', bytes: bytes ?? null }),
            (error: unknown) => {
              options.warn('model of a computation', error);
              kill({ ok: false, code: 'compute-crashed' });
            },
          );
      };
      let looking = false;
      const look = async () => {
        if (performance.now() - begun > limits.wallSeconds * 1000)
          return kill({ ok: false, code: 'compute-time', params: { limit: limits.wallSeconds } });
        const use = child.pid === undefined ? undefined : await resourcesOf(child.pid);
        if (!use || seat.child !== child) return;
        if (use.cpuSeconds - (before?.cpuSeconds ?? 0) > limits.cpuSeconds)
          kill({ ok: false, code: 'compute-time', params: { limit: limits.cpuSeconds } });
        else if (use.megabytes > limits.megabytes)
          kill({ ok: false, code: 'compute-memory', params: { limit: limits.megabytes } });
      };
      const watch = setInterval(() => {
        if (looking) return;
        looking = true;
        void look().finally(() => {
          looking = false;
        });
      }, LOOK_MS);
      child.on('message', onMessage).on('exit', onExit);
      if (child.exitCode !== null || child.signalCode !== null) return onExit();
      send(child, { type: 'compute', kind: job.kind, request: job.request });
    });
  }

  /** A process that ended meanwhile is told by its exit. */
  const send = (child: ChildProcess, message: ToChild) => child.send(message, () => {});

  async function start(seat: Seat): Promise<ChildProcess> {
    const megabytes = options.limits?.megabytes ?? 768;
    const child = fork(ENTRY, [], {
      serialization: 'advanced',
      execArgv: [
        '--disable-warning=ExperimentalWarning',
        `--max-old-space-size=${Math.ceil(megabytes)}`,
        // it reads the product's own files and nothing else: no other file, no process, no worker
        '--permission',
        `--allow-fs-read=${ROOT}`,
      ],
      env: { NODE_ENV: 'production' },
      stdio: ['ignore', 'ignore', 'inherit', 'ipc'],
    });
    seat.child = child;
    child.on('exit', () => {
      if (seat.child === child) delete seat.child;
    });
    await new Promise<void>((resolve, reject) => {
      const late = setTimeout(() => fail(new Error('a computing process did not start')), START_MS);
      const fail = (error: Error) => {
        clearTimeout(late);
        child.kill('SIGKILL');
        reject(error);
      };
      child.once('error', fail);
      child.once('exit', (code) => fail(new Error(`a computing process ended with ${code} before it was ready`)));
      child.once('message', () => {
        clearTimeout(late);
        child.removeAllListeners('error').on('error', (error) => options.warn('computing process', error));
        child.removeAllListeners('exit').on('exit', () => {
          if (seat.child === child) delete seat.child;
        });
        resolve();
      });
    });
    if (child.pid !== undefined)
      try {
        setPriority(child.pid, NICE);
      } catch (error) {
        options.warn('priority of a computing process', error);
      }
    // an idle one keeps nobody alive
    child.unref();
    child.channel?.unref();
    return child;
  }

  function stop(seat: Seat): void {
    const { child } = seat;
    delete seat.child;
    child?.kill('SIGKILL');
  }

  return {
    compute(orgId, kind, request, models = options.models) {
      const queue = queues.get(orgId) ?? [];
      if (closed || queue.length >= mostWaiting)
        return Promise.resolve({ ok: false, code: 'compute-busy', params: { limit: mostWaiting } });
      return new Promise((answer) => {
        queue.push({ orgId, kind, request, models, answer });
        queues.set(orgId, queue);
        deal();
      });
    },
    get free() {
      return closed ? 0 : seats.filter((seat) => !seat.busy).length - [...queues.values()].reduce((n, q) => n + q.length, 0);
    },
    get facts() {
      return {
        processes: seats.filter((seat) => seat.child).length,
        busy: seats.filter((seat) => seat.busy).length,
        waiting: [...queues.values()].reduce((n, q) => n + q.length, 0),
        done,
        ended,
      };
    },
    async close() {
      closed = true;
      for (const queue of queues.values()) for (const waiting of queue) waiting.answer({ ok: false, code: 'compute-crashed' });
      queues.clear();
      for (const seat of seats) {
        clearTimeout(seat.idle);
        stop(seat);
      }
    },
  };
}
