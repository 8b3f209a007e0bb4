import { execFile } from 'node:child_process';
import { mkdtemp, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { READS_TYPESCRIPT } from '../stores/another-process';

/** Whatever opens a socket, or looks up a name, ends the process. */
const SCRIPT = `
  const refuse = () => { process.stderr.write('a socket was opened'); process.exit(99); };
  require('node:net').Socket.prototype.connect = refuse;
  require('node:dns').lookup = refuse;
  ${READS_TYPESCRIPT} fromProject('./src/cli/explain.ts');`;

interface Run {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
}

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(path.join(tmpdir(), 'drawbridge-explain-'));
});
afterEach(() => rm(folder, { recursive: true }));

/** Runs the command in a folder that holds the operation, with nothing but this environment. */
async function run(
  operation: string,
  args: readonly string[],
  env: Readonly<Record<string, string>> = {},
): Promise<Run> {
  await writeFile(path.join(folder, 'query.graphql'), operation);
  const options = { cwd: folder, env: { PATH: process.env['PATH'], ...env } };
  return new Promise((resolve) => {
    execFile(
      process.execPath,
      ['-e', SCRIPT, '--', 'explain', 'query.graphql', ...args],
      options,
      (error, stdout, stderr) => {
        const code = typeof error?.code === 'number' ? error.code : error === null ? 0 : -1;
        resolve({ code, stdout, stderr });
      },
    );
  });
}

const PAGE = 'query ($first: Int) { devices(first: $first) { nodes { name remoteAccesses { id } } } }';
const RMS = { RMS_TOKEN: 't', AUTH_DISABLED: '1', HOST: '127.0.0.1' };

test('an operation is told by account and route, with what it takes from the allowance, and nothing is made', async () => {
  const { code, stdout, stderr } = await run(
    PAGE,
    ['--variables', '{"first": 250}', '--devices', 'rms=500'],
    RMS,
  );
  expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
  expect(stdout).toBe(
    [
      'This query makes 6 vendor calls, without logins, as long as nothing fails.',
      'rms: 6 vendor calls, of 100000 a month',
      '  GET /devices                3',
      '  GET /devices/remote-access  3',
      '',
    ].join('\n'),
  );
  expect(await readdir(folder)).toEqual(['query.graphql']);
});

test('without accounts those of the simulated vendors are planned for; what has no bound says so', async () => {
  const { code, stdout } = await run('{ fleet { byModel { count } } }', ['--json']);
  expect(code).toBe(0);
  expect(JSON.parse(stdout)).toMatchObject({
    operation: 'query',
    least: 3,
    most: null,
    accounts: [
      { account: 'everyware', least: 1, most: null },
      { account: 'remoteit', least: 1, most: 1 },
      { account: 'rms', least: 1, most: null },
    ],
  });
  expect((await run('{ fleet { byModel { count } } }', [])).stdout).toContain('--devices');
});

test('a mutation is told with what its vendor takes to carry it out', async () => {
  const mutation =
    'mutation { createLink(input: { remoteAccessId: "rms:access:7:8", durationSeconds: 600 }) { session { url } } }';
  const { stdout } = await run(mutation, ['--json'], RMS);
  const [{ calls }] = JSON.parse(stdout).accounts;
  expect(calls).toContainEqual({ method: 'POST', route: '/devices/connect/{access_id}', least: 0, most: 1 });
  expect(calls).toContainEqual({ method: 'GET', route: '/channel/{channel}', least: 0, most: 24 });
});

test.each([
  ['a field that does not exist', '{ nothing }', [], /Cannot query field "nothing"/],
  ['a variable that is missing', 'query ($id: ID!) { device(id: $id) { name } }', [], /"\$id"/],
  ['variables that are no object', '{ viewer { subject } }', ['--variables', '7'], /--variables must be/],
  [
    'an account that is not there',
    '{ viewer { subject } }',
    ['--devices', 'rm=5'],
    /no account rm; known are/,
  ],
])('%s is told in a sentence, with exit code 2', async (_, operation, args, says) => {
  const { code, stderr } = await run(operation, args);
  expect(code).toBe(2);
  expect(stderr).toMatch(says);
  expect(stderr).not.toMatch(/\n\s+at /);
});
