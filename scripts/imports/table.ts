/**
 * Who may import what. One table; `check.ts` walks the tree with it. A file belongs to the longest matching room. Inside a room imports
 * are relative, from another room they go by `#runtime/…`, `#blocks/…`, `#server/…`, `#app/…`, `#drizzle/…`, `#marketplace/…`.
 */
export interface Room {
  /** Folder; `*` stands for one folder name. */
  path: string;
  /** Rooms it may import. */
  rooms: readonly string[] | 'any';
  /** Rooms or files of which it may use the types alone: what is passed to it as an argument. */
  types?: readonly string[];
  packages: readonly string[] | 'any';
  /** May it use Node's own modules? What runs in a browser and in an isolate may not. */
  node: boolean;
  /** What to do with code that needs more. */
  instead: string;
}

const contracts = ['runtime/step/contract.ts', 'runtime/log/contract.ts'];
const pure =
  'It runs in the browser and in isolates. What needs files, sockets or tables belongs to runtime/worker, runtime/gateway or server.';
const store =
  'Rooms of the runtime do not know each other: take the other one as an argument (its interface is a contract.ts) and let runtime/worker, runtime/gateway or a main.ts put the two together.';
const compose = 'A process may use all of the runtime; what people ask for belongs to server.';

export const rooms: readonly Room[] = [
  { path: 'runtime/batch', rooms: [], packages: [], node: false, instead: pure },
  { path: 'runtime/units', rooms: ['runtime/batch'], packages: ['@lhncbc/ucum-lhc'], node: false, instead: pure },
  { path: 'runtime/graph', rooms: ['runtime/batch', 'runtime/units'], packages: ['zod', 'acorn'], node: false, instead: pure },
  {
    path: 'runtime/compile',
    rooms: ['runtime/batch', 'runtime/units', 'runtime/graph', 'blocks/sdk'],
    types: contracts,
    packages: ['zod', 'acorn'],
    node: false,
    instead: pure,
  },
  {
    path: 'blocks/sdk',
    rooms: ['runtime/batch', 'runtime/units', 'runtime/graph'],
    packages: ['zod'],
    node: false,
    instead: pure,
  },
  {
    path: 'blocks/mathematics',
    rooms: [],
    packages: [],
    node: false,
    instead: pure,
  },
  {
    path: 'blocks/*',
    rooms: ['blocks/sdk', 'blocks/mathematics'],
    packages: ['fft.js'],
    node: false,
    instead:
      'A block is pure: it sees its records, its state and its parameters. What it wants from outside it returns as an effect, and mathematics packages stand in the list of blocks/README.md.',
  },
  {
    path: 'blocks/connectors',
    rooms: ['blocks/sdk', 'runtime/batch'],
    packages: 'any',
    node: true,
    instead: 'A connector speaks one protocol and nothing else; supervision, spool and the log belong to runtime/gateway.',
  },
  {
    path: 'blocks/catalogue',
    rooms: ['blocks', 'runtime/batch', 'runtime/graph', 'runtime/compile'],
    packages: 'any',
    node: true,
    instead: 'The catalogue lists what the block folders say; anything more belongs to its reader.',
  },
  {
    // An effect's answer is a log entry, appended in the transaction that finishes the effect.
    path: 'runtime/effects',
    rooms: [
      'runtime/log',
      'runtime/batch',
      'runtime/graph',
      'runtime/compute/requests.ts',
      'runtime/records',
      'runtime/reports',
      'drizzle',
    ],
    types: contracts,
    packages: 'any',
    node: true,
    instead: store,
  },
  {
    // A record's change is a log entry, appended in the transaction that makes it.
    path: 'runtime/records',
    rooms: ['runtime/log', 'runtime/graph', 'runtime/units', 'drizzle'],
    types: contracts,
    packages: ['zod', 'drizzle-orm'],
    node: true,
    instead: store,
  },
  {
    // What blocks have computed: pools of processes, and what runs in them. Whoever performs effects hands requests in.
    path: 'runtime/compute',
    rooms: [],
    types: contracts,
    packages: ['zod', 'highs', 'onnxruntime-web', 'protobufjs'],
    node: true,
    instead: store,
  },
  {
    // An event is a log entry, appended in the transaction that notes that it is told.
    path: 'runtime/events',
    rooms: ['runtime/log', 'drizzle'],
    types: contracts,
    packages: ['drizzle-orm'],
    node: true,
    instead: store,
  },
  {
    // Files that people read, of a table that is handed in.
    path: 'runtime/reports',
    rooms: [],
    packages: ['zod', 'pdfkit', 'write-excel-file'],
    node: true,
    instead: store,
  },
  {
    // A tick is a log entry, appended in the transaction that moves its schedule on.
    path: 'runtime/schedule',
    rooms: ['runtime/log', 'runtime/graph', 'drizzle'],
    types: contracts,
    packages: 'any',
    node: true,
    instead: store,
  },
  ...['sandbox', 'log', 'historian', 'queue'].map(
    (name): Room => ({
      path: `runtime/${name}`,
      // Days and months of the history are the site's.
      rooms: ['runtime/batch', 'runtime/units', 'drizzle', ...(name === 'historian' ? ['runtime/schedule/zone.ts'] : [])],
      types: [...contracts, 'runtime/graph'],
      packages: 'any',
      node: true,
      instead: store,
    }),
  ),
  {
    path: 'runtime/files',
    rooms: ['runtime/batch', 'runtime/units', 'runtime/graph'],
    types: contracts,
    packages: 'any',
    node: true,
    instead: store,
  },
  {
    // What the gateway does for machines and the server for pushed samples.
    path: 'runtime/samples',
    rooms: ['runtime/batch', 'runtime/units', 'blocks/sdk', 'drizzle'],
    types: contracts,
    packages: 'any',
    node: true,
    instead: store,
  },
  {
    path: 'runtime/step',
    rooms: ['runtime/batch', 'runtime/graph', 'runtime/compile'],
    types: contracts,
    packages: ['zod'],
    node: true,
    instead:
      'The step function takes its reader and its committer as arguments; those live in runtime/log, runtime/files or runtime/replay.',
  },
  {
    path: 'runtime/replay',
    rooms: [
      ...['batch', 'units', 'graph', 'compile', 'step', 'files'].map((name) => `runtime/${name}`),
      // When a schedule would have ticked: pure.
      ...['due', 'calendar', 'zone'].map((name) => `runtime/schedule/${name}.ts`),
      'blocks/sdk',
    ],
    types: contracts,
    packages: ['zod'],
    node: true,
    instead:
      'Replay takes readers and committers as arguments; what opens the database or a sandbox belongs to runtime/worker or runtime/cli.',
  },
  ...['worker', 'gateway', 'plants', 'cli', 'supervisor', 'housekeeping'].map(
    (name): Room => ({
      path: `runtime/${name}`,
      // One way to run an app's proof, whether a worker is asked for it or `mw verify`.
      rooms: ['runtime', 'blocks', 'drizzle', 'marketplace/format', 'marketplace/review'],
      packages: 'any',
      node: true,
      instead: compose,
    }),
  ),
  {
    path: 'marketplace/format',
    rooms: ['runtime/batch', 'runtime/graph', 'blocks/sdk'],
    packages: ['zod', 'fflate'],
    node: true,
    instead: 'The package format is pure: bytes in, manifest out. Tables belong to marketplace/install, review or licence.',
  },
  {
    path: 'marketplace/*',
    rooms: [
      'marketplace',
      'drizzle',
      'runtime/batch',
      'runtime/units',
      'runtime/graph',
      'runtime/compile',
      'runtime/files',
      'runtime/replay',
      'blocks/sdk',
      'blocks/catalogue',
    ],
    types: contracts,
    packages: 'any',
    node: true,
    instead: 'The marketplace knows packages, proofs and licences; what a signed-in person asks for belongs to server.',
  },
  {
    path: 'server',
    rooms: [
      'drizzle',
      'marketplace',
      'blocks/catalogue',
      'blocks/sdk',
      // Pure: what an address of a protocol looks like, said to a person while they type it.
      'blocks/connectors/*/address.ts',
      // Files of rows are read in one way, whether dropped into a folder or uploaded.
      'blocks/connectors/file-drop/records.ts',
      // Pure: which shard of an instance has a key.
      'runtime/step/key-part.ts',
      ...[
        'batch',
        'units',
        'graph',
        'compile',
        'queue',
        'historian',
        'log',
        'effects',
        'schedule',
        'files',
        'records',
        'replay',
        'samples',
      ].map((name) => `runtime/${name}`),
      // The door that senders know hands on to the gateway that holds the connection.
      'runtime/gateway/forward.ts',
      'runtime/supervisor/beat.ts',
      'runtime/supervisor/log.ts',
      'runtime/supervisor/stop.ts',
    ],
    types: contracts,
    packages: 'any',
    node: true,
    instead:
      'The server asks and answers; programs run on runtime/worker, machines are spoken to by runtime/gateway. Leave a row and notify them.',
  },
  {
    path: 'app',
    rooms: ['server', 'runtime/batch', 'runtime/units', 'runtime/graph', 'runtime/compile', 'blocks/sdk', 'blocks/catalogue'],
    types: ['runtime', 'marketplace', 'drizzle/schema'],
    packages: 'any',
    node: true,
    instead: 'A screen asks the server (a procedure in server/<feature>) and does not open tables, logs or sandboxes itself.',
  },
  {
    path: 'drizzle',
    rooms: ['runtime/queue/migrate.ts'],
    types: ['runtime', 'blocks/sdk', 'marketplace/format'],
    packages: 'any',
    node: true,
    instead:
      'Tables know types alone; a query that decides something belongs to server/<feature> or to the room of the runtime that owns the table.',
  },
  { path: 'drizzle/seed', rooms: 'any', packages: 'any', node: true, instead: '' },
  {
    path: 'e2e',
    rooms: ['drizzle/seed'],
    // The switches of the simulated plant are the plant's own; a journey turns them over HTTP.
    types: ['runtime/plants'],
    packages: 'any',
    node: true,
    instead: 'Journeys see the running product as a person does: through its pages.',
  },
  { path: 'bench', rooms: 'any', packages: 'any', node: true, instead: '' },
  { path: 'scripts', rooms: 'any', packages: 'any', node: true, instead: '' },
];

/** Packages with one home: behind that door they can be replaced, limited and tested in one place. Tests keep to it too. */
export const homes: readonly { packages: readonly string[]; in: readonly string[]; instead: string }[] = [
  {
    packages: ['@xyflow/react'],
    in: ['app/studio/[appId]/_canvas'],
    instead: 'React Flow is imported in app/studio/[appId]/_canvas alone; the document and its edits do not know the canvas.',
  },
  {
    packages: ['monaco-editor'],
    in: ['app/studio/[appId]/_code', 'scripts'],
    instead: 'Monaco is imported in app/studio/[appId]/_code alone, so that no other page loads it.',
  },
  {
    packages: ['isolated-vm'],
    in: ['runtime/sandbox'],
    instead: 'isolated-vm is imported in runtime/sandbox alone, where every entry is wrapped and limited; use its createStepper.',
  },
  {
    packages: ['bullmq'],
    in: ['runtime/queue'],
    instead: 'BullMQ is imported in runtime/queue alone: one definition per job, data never in jobs.',
  },
  {
    packages: ['@duckdb/node-api'],
    // The test of our files lets it read what we write.
    in: ['runtime/historian/cold', 'runtime/files/exchange.test.ts'],
    instead: 'DuckDB is loaded in runtime/historian/cold alone, when it is first needed and with a limit of memory.',
  },
  { packages: ['@lhncbc/ucum-lhc'], in: ['runtime/units'], instead: 'Units are converted by runtime/units alone.' },
  {
    packages: ['croner'],
    in: ['runtime/schedule'],
    instead: 'When something is due is said by runtime/schedule/due.ts alone, clock changes included.',
  },
  {
    packages: ['nodemailer'],
    in: ['runtime/effects'],
    instead: 'Mail is sent by runtime/effects/mail.ts alone, as the performer of a committed effect.',
  },
  { packages: ['echarts'], in: ['app/_charts'], instead: 'Charts are drawn by the components of app/_charts alone.' },
  {
    packages: ['esbuild'],
    in: [
      'runtime/compile',
      'runtime/sandbox',
      'runtime/worker',
      'runtime/replay',
      'runtime/cli',
      'server',
      'blocks/catalogue',
      'scripts',
    ],
    instead: 'esbuild works where code is made into programs.',
  },
  {
    packages: ['node-opcua', 'modbus-serial', 'mqtt', 'aedes'],
    in: ['blocks/connectors', 'runtime/gateway', 'runtime/plants', 'bench', 'scripts/proofs'],
    instead: 'Protocols are spoken by blocks/connectors (and by the simulators in runtime/plants).',
  },
];
