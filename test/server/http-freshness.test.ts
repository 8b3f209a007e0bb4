import { createHash } from 'node:crypto';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { ManualClock } from '../support/manual-clock';
import { startTestService, type TestService } from '../support/service';

const NAMES = '{ devices(first: 100) { nodes { name } } }';
/** One page of RMS, the list of remote.it, one page of Everyware. */
const ONE_READ = 3;

let folder: string;
let clock: ManualClock;
let service: TestService;

const tokenOf = (subject: string, ...scopes: readonly string[]) => ({
  sha256: createHash('sha256').update(subject).digest('hex'),
  subject,
  scopes: ['devices:read', ...scopes],
});

beforeEach(async () => {
  folder = await mkdtemp(path.join(tmpdir(), 'drawbridge-'));
  const tokens = path.join(folder, 'tokens.json');
  await writeFile(tokens, JSON.stringify([tokenOf('fresh', 'graph:fresh'), tokenOf('plain')]));
  clock = new ManualClock();
  service = await startTestService({
    clock,
    simulators: { devices: 12 },
    env: { AUTH_DISABLED: undefined, AUTH_TOKENS_FILE: tokens },
  });
  // The logins and the first read are over before a test counts.
  await read('plain');
});

afterEach(async () => {
  await service?.close();
  await rm(folder, { recursive: true });
});

/** Reads the names of all devices as a caller, and answers how many vendor calls that cost. */
async function read(caller: 'fresh' | 'plain', wish?: string): Promise<number> {
  const { rms, remoteit, everyware } = service.simulators;
  const called = () => rms.calls.total + remoteit.calls.total + everyware.calls.total;
  const before = called();
  const answer = await service.query(NAMES, {
    headers: { authorization: `Bearer ${caller}`, ...(wish === undefined ? {} : { 'cache-control': wish }) },
  });
  expect(answer.errors).toBeUndefined();
  return called() - before;
}

test('what a vendor told is served for 30 s without asking again, and not a moment longer', async () => {
  clock.advance(30_000);
  expect(await read('plain')).toBe(0);
  clock.advance(1);
  expect(await read('plain')).toBe(ONE_READ);
  expect(await read('plain')).toBe(0);
});

test('max-age=5 asks again where what is known is older than 5 s', async () => {
  clock.advance(5_000);
  expect(await read('fresh', 'max-age=5')).toBe(0);
  clock.advance(1);
  expect(await read('fresh', 'max-age=5')).toBe(ONE_READ);
});

test('no-cache asks the vendor now, and what it told serves the others', async () => {
  clock.advance(1);
  expect(await read('fresh', 'no-cache')).toBe(ONE_READ);
  expect(await read('plain')).toBe(0);
  clock.advance(30_000);
  expect(await read('plain')).toBe(0);
});

test('max-age=300 takes what is older than the default, and saves the calls', async () => {
  clock.advance(299_000);
  expect(await read('plain', 'max-age=300')).toBe(0);
  clock.advance(2_000);
  expect(await read('plain', 'max-age=300')).toBe(ONE_READ);
});

test('without graph:fresh a wish for fresher is no error, and the default holds', async () => {
  clock.advance(29_000);
  expect(await read('plain', 'no-cache')).toBe(0);
  expect(await read('plain', 'max-age=0')).toBe(0);
  clock.advance(2_000);
  expect(await read('plain', 'no-cache')).toBe(ONE_READ);
});
