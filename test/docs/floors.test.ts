import { execFile } from 'node:child_process';
import { readdirSync } from 'node:fs';
import { mkdir, mkdtemp, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { promisify } from 'node:util';
import { PROJECT, readPage, rows } from './markdown';

const CONFIG = path.join(PROJECT, '.dependency-cruiser.js');

interface Rule {
  readonly name: string;
  readonly comment: string;
}

const rules: readonly Rule[] = require(CONFIG).forbidden;

/** The table of the configuration: a room, and what it may import. */
const floors = new Map(
  rules
    .filter(({ name }) => name.startsWith('floor: '))
    .map(({ comment }) => {
      const [room = '', others = ''] = comment.split(' may import ');
      return [room, others === 'nothing' ? [] : others.split(' · ')];
    }),
);

let folder: string;

beforeEach(async () => {
  folder = await mkdtemp(path.join(tmpdir(), 'drawbridge-floors-'));
  await writeFile(path.join(folder, 'tsconfig.json'), '{"compilerOptions": {"module": "Node16"}}');
  await symlink(path.join(PROJECT, 'node_modules'), path.join(folder, 'node_modules'));
});

afterEach(() => rm(folder, { recursive: true, force: true }));

/** Builds a little house of these files, and tells which rules it breaks: `rule: from -> to`. */
async function broken(files: Readonly<Record<string, string>>): Promise<readonly string[]> {
  for (const [name, text] of Object.entries(files)) {
    await mkdir(path.dirname(path.join(folder, 'src', name)), { recursive: true });
    await writeFile(path.join(folder, 'src', name), text);
  }
  const cruiser = path.join(PROJECT, 'node_modules/dependency-cruiser/bin/dependency-cruise.mjs');
  const args = [cruiser, 'src', '--config', CONFIG, '--output-type', 'json'];
  const { stdout } = await promisify(execFile)(process.execPath, args, {
    cwd: folder,
    maxBuffer: 64 * 1024 * 1024,
  }).catch((thrown: { stdout: string }) => thrown);
  const { summary }: { summary: { violations: { rule: Rule; from: string; to: string }[] } } =
    JSON.parse(stdout);
  return summary.violations.map(({ rule, from, to }) => `${rule.name}: ${from} -> ${to}`).sort();
}

/** A file of a room. */
function fileOf(room: string, name = 'planted'): string {
  const file = room.replace('*', 'acme').replace(/\{(\w+)[^}]*\}/, '$1');
  return room.includes('/') && !room.endsWith('/*') ? `${file}.ts` : `${file}/${name}.ts`;
}

function importing(...files: readonly string[]): string {
  const lines = files.map((file) => `import * as it${files.indexOf(file)} from '${file}';`);
  return `${lines.join('\n')}\nexport const here = [${files.map((_, index) => `it${index}`)}];\n`;
}

function relative(from: string, to: string): string {
  const way = path.relative(path.dirname(from), to).replace(/\.ts$/, '');
  return way.startsWith('.') ? way : `./${way}`;
}

describe('the table of floors', () => {
  test('stands in docs/architecture.md as it stands in the configuration', () => {
    const page = readPage('docs/architecture.md');
    const [, table = ''] = /<!-- floors -->\n([\s\S]*?)<!-- \/floors -->/.exec(page) ?? [];
    const printed = rows(table)
      .slice(1)
      .map(([room = '', others = '']) => [room, others].map((cell) => cell.replaceAll('`', '')).join(' | '));
    expect(printed).toEqual(
      [...floors].map(([room, others]) => `${room} | ${others.join(' · ') || 'nothing'}`),
    );
  });

  test('has a row for every folder of src, and no other', () => {
    const folders = readdirSync(path.join(PROJECT, 'src'), { withFileTypes: true })
      .filter((entry) => entry.isDirectory() && entry.name !== 'cli')
      .map(({ name }) => name);
    expect(new Set([...floors.keys()].map((room) => room.split('/')[0]))).toEqual(new Set(folders));
  });
});

describe('the rules bite', () => {
  test('every room is refused every other room that its row does not name', async () => {
    const rooms = [...floors.keys()];
    const files: Record<string, string> = {};
    const expected: string[] = [];
    for (const room of rooms) {
      const file = fileOf(room);
      const refused = rooms.filter((other) => other !== room && !mayImport(room, other));
      files[file] = importing(...refused.map((other) => relative(file, fileOf(other))));
      for (const other of refused) expected.push(`floor: ${room}: src/${file} -> src/${fileOf(other)}`);
    }
    const found = (await broken(files)).filter((line) => line.startsWith('floor: '));
    expect(found).toEqual(expected.sort());
    expect(expected.length).toBeGreaterThan(80);
  }, 60_000);

  test('a vendor does not see another vendor, and an import of a type is one too', async () => {
    const found = await broken({
      'vendors/acme/driver.ts': "import type { Other } from '../zeta/wire';\nexport type Mine = Other;\n",
      'vendors/zeta/wire.ts': 'export interface Other { readonly id: string }\n',
    });
    expect(found).toContain('floor: vendors/*: src/vendors/acme/driver.ts -> src/vendors/zeta/wire.ts');
  });

  test('packages are refused outside of their place', async () => {
    const planted = [
      ['services', 'graphql', 'packages: GraphQL'],
      ['accounts', 'dataloader', 'packages: GraphQL'],
      ['graph', 'fastify', 'packages: the web server and the playground'],
      ['vendors/rms', 'undici', 'packages: sockets to vendors'],
      ['transport', 'undici', 'packages: sockets to vendors'],
      ['stores', 'kysely', 'packages: database clients'],
      ['services', 'pg', 'packages: database clients'],
      ['server', 'pino', 'packages: logs, metrics and traces'],
      ['domain', 'zod', 'domain is pure'],
      ['domain', 'node:crypto', 'domain is pure'],
    ] as const;
    const fileFor = (room: string, name: string) => `${room}/takes-${name.replace(':', '-')}.ts`;
    const files = planted.map(([room, name]) => [fileFor(room, name), importing(name)]);
    const found = await broken(Object.fromEntries(files));
    const refused = planted.filter(([room, name, rule]) =>
      found.some((line) => line.startsWith(`${rule}: src/${fileFor(room, name)} -> `)),
    );
    expect(refused).toEqual(planted);
  });

  test('nobody imports the builders or the clock of the machine', async () => {
    const found = await broken({
      'app.ts': importing('./services/planted', './cli/print'),
      'cli/print.ts': 'export const print = 1;\n',
      'system-clock.ts': 'export const systemClock = 1;\n',
      'services/planted.ts': importing('../cli/print', '../system-clock'),
    });
    expect(found).toContain('builders stay on top: src/services/planted.ts -> src/cli/print.ts');
    expect(found).toContain('time is injected: src/services/planted.ts -> src/system-clock.ts');
  });

  test('circles, orphans, strangers and files without a room are found', async () => {
    const found = await broken({
      'main.ts': importing('./services/one', './services/nowhere', './attic/box'),
      'services/one.ts': importing('./two'),
      'services/two.ts': importing('./one'),
      'services/forgotten.ts': 'export const forgotten = 1;\n',
      'attic/box.ts': 'export const box = 1;\n',
    });
    expect(found).toContain('no circles: src/services/one.ts -> src/services/two.ts');
    expect(found).toContain('no orphans: src/services/forgotten.ts -> src/services/forgotten.ts');
    expect(found).toContain('no strangers: src/main.ts -> ./services/nowhere');
    expect(found).toContain('every file has its room: src/main.ts -> src/attic/box.ts');
  });
});

/** What the table says of two rooms, read once more and apart from the rules that are made from it. */
function mayImport(room: string, other: string): boolean {
  return (floors.get(room) ?? []).some((name) => name === other || fileOf(name) === fileOf(other));
}
