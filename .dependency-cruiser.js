/*
 * The floors of the house: who may import whom. The table is the whole law; the rules are made from it, and
 * docs/architecture.md prints the same table, held to this one by a test.
 *
 * A row: a room below src/, and what of the house it may import beside itself. `a/b` is the file src/a/b.ts, `a/{b,c}`
 * are two such files, `a/*` is any folder in src/a, which is a stranger to its neighbours.
 */
const SHARED_BY_VENDORS = 'vendors/{driver,catalogue,wire,errors,token-login}';
const FLOORS = [
  ['server', ['graph', 'telemetry', 'domain']],
  ['graph', ['services', 'telemetry', 'domain']],
  ['services', ['accounts', 'stores/ports', 'telemetry', 'domain']],
  ['accounts', ['vendors/{driver,catalogue}', 'transport/transport', 'stores/ports', 'telemetry', 'domain']],
  ['vendors/index', ['vendors/*/index', 'vendors/driver', 'domain']],
  ['vendors/*', [SHARED_BY_VENDORS, 'transport/transport', 'domain']],
  [SHARED_BY_VENDORS, ['transport/transport', 'domain']],
  ['transport', ['stores/ports', 'telemetry', 'domain']],
  ['stores', ['domain']],
  ['telemetry', ['domain']],
  ['config', ['domain']],
  ['domain', []],
  ['simulators', []],
];

/** Packages that have their place: who may import them, and what they are. */
const PACKAGES = [
  {
    rooms: ['graph', 'server'],
    what: 'GraphQL',
    names: ['graphql', 'graphql-*', '@graphql-*/*', '@apollo/*', 'type-graphql', 'dataloader'],
  },
  {
    rooms: ['server'],
    what: 'the web server and the playground',
    names: [
      'fastify',
      '@as-integrations/fastify',
      'jose',
      'esbuild',
      'graphiql',
      '@graphiql/react',
      'react',
      'react-dom',
    ],
  },
  { rooms: ['transport/fetch'], what: 'sockets to vendors', names: ['undici'] },
  { rooms: ['transport'], what: 'policies around vendor calls', names: ['cockatiel'] },
  { rooms: ['stores/*'], what: 'database clients', names: ['kysely', 'libsql', 'pg', 'redis', 'ioredis'] },
  {
    rooms: ['telemetry'],
    what: 'logs, metrics and traces',
    names: ['pino', 'pino-*', 'prom-client', '@opentelemetry/*'],
  },
  { rooms: ['config'], what: 'reading the configuration', names: ['dotenv', 'yaml', 'fastest-levenshtein'] },
];

/** They put the house together: they import everything, and nothing but each other imports them. */
const BUILDERS = '^src/(main|app|app-accounts|app-services)\\.ts$|^src/cli/';

/** The machine's clock: for the builders only, everything else is given a Clock. */
const SYSTEM_CLOCK = '^src/system-clock\\.ts$';

/** What is started by something else than an import: the process, npm scripts, the playground's bundler. */
const ENTRIES = '^src/main\\.ts$|^src/cli/|^src/server/playground/(playground-build\\.ts|web/main\\.tsx)$';

/** The files of a room. `own`: what stands for the `*` of a room that is any folder. */
function filesOf(room, own = '[^/]+') {
  const isFile = room.includes('/') && !room.endsWith('/*');
  const path = room.replace('*', own).replace(/\{(.*)\}/, (_, names) => `(?:${names.replaceAll(',', '|')})`);
  return isFile ? `^src/${path}\\.ts$` : `^src/${path}/`;
}

const floors = FLOORS.map(([room, others]) => ({
  name: `floor: ${room}`,
  comment: `${room} may import ${others.join(' · ') || 'nothing'}`,
  severity: 'error',
  from: { path: filesOf(room, '([^/]+)') },
  to: { path: '^src/', pathNot: [filesOf(room, '$1'), ...others.map((other) => filesOf(other))] },
}));

const packages = PACKAGES.map(({ rooms, what, names }) => ({
  name: `packages: ${what}`,
  comment: `only ${rooms.join(' and ')} may import packages for ${what}`,
  severity: 'error',
  from: { path: '^src/', pathNot: rooms.map((room) => filesOf(room)) },
  to: { path: names.map((name) => `node_modules/${name.replaceAll('*', '[^/]+')}/`) },
}));

const everyRoom = [...FLOORS.map(([room]) => filesOf(room)), BUILDERS, SYSTEM_CLOCK];

/** @type {import('dependency-cruiser').IConfiguration} */
module.exports = {
  forbidden: [
    ...floors,
    ...packages,
    {
      name: 'domain is pure',
      comment: 'domain imports no package and no module of Node.js',
      severity: 'error',
      from: { path: '^src/domain/' },
      to: { pathNot: '^src/domain/' },
    },
    {
      name: 'builders stay on top',
      comment: 'main, app, app-accounts and cli import the rooms, never the other way round',
      severity: 'error',
      from: { path: '^src/', pathNot: BUILDERS },
      to: { path: BUILDERS },
    },
    {
      name: 'time is injected',
      comment: 'only main, app and cli know the clock of the machine; everything else is given a Clock',
      severity: 'error',
      from: { path: '^src/', pathNot: BUILDERS },
      to: { path: SYSTEM_CLOCK },
    },
    {
      name: 'every file has its room',
      comment: 'a file that no row of the table holds: put it into a room, or give it a row',
      severity: 'error',
      from: {},
      to: { path: '^src/', pathNot: everyRoom },
    },
    {
      name: 'no circles',
      // An import of types alone is gone once compiled, and nothing can run in a circle through it.
      comment: 'files that import each other in a circle are one file, or lack one that both import',
      severity: 'error',
      from: {},
      to: { circular: true, viaOnly: { dependencyTypesNot: ['type-only'] } },
    },
    {
      name: 'no orphans',
      comment: 'nothing that is started leads to this file: import it, or delete it',
      severity: 'error',
      from: { path: ENTRIES },
      to: { path: '^src/', pathNot: ['\\.d\\.ts$', ENTRIES], reachable: false },
    },
    {
      name: 'no strangers',
      comment: 'an import that leads nowhere: mend the path, or run npm install',
      severity: 'error',
      from: {},
      // The playground's build makes this module.
      to: { couldNotResolve: true, pathNot: '^drawbridge:' },
    },
  ],
  options: {
    doNotFollow: { path: 'node_modules' },
    // An import of types keeps to the floors as one of values does.
    tsPreCompilationDeps: true,
    tsConfig: { fileName: 'tsconfig.json' },
    enhancedResolveOptions: {
      exportsFields: ['exports'],
      conditionNames: ['import', 'require', 'node', 'default', 'types'],
    },
  },
};
