import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import path from 'node:path';
import { createInterface } from 'node:readline';
import { buildClient } from '../e2e/built-service';
import { type CutLine, layLine } from '../support/cut-line';
import { ManualClock } from '../support/manual-clock';
import { startTestService, type TestService } from '../support/service';

const SCRIPT = path.resolve(__dirname, '../../dist/examples/node/follow-link.js');
/** So short that a clock which is moved in one go passes over no two signs of life. */
const LINK_SECONDS = 30;

let service: TestService;
let clock: ManualClock;
let line: CutLine;
let child: ChildProcess | undefined;

beforeAll(buildClient);

beforeEach(async () => {
  clock = new ManualClock();
  service = await startTestService({ clock });
  line = await layLine(service.url);
});

afterEach(async () => {
  child?.kill('SIGKILL');
  await line?.close();
  await service?.close();
});

/** What the script prints, line by line. */
function run(...args: readonly string[]): {
  next(): Promise<string | undefined>;
  readonly ended: Promise<unknown[]>;
} {
  child = spawn(process.execPath, [SCRIPT, `${line.url}/graphql`, ...args], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  if (child.stdout === null) throw new Error('it has no output');
  const lines = createInterface({ input: child.stdout })[Symbol.asyncIterator]();
  return {
    next: async () => {
      const { value, done } = await lines.next();
      return done === true ? undefined : value;
    },
    ended: once(child, 'close'),
  };
}

test('the script follows a link to its end, across a line that is cut in between', async () => {
  const script = run('Maasvlakte 1 Panel', String(LINK_SECONDS));
  expect(await script.next()).toMatch(/^LINK https:\/\//);
  expect(await script.next()).toMatch(/^CURRENT ACTIVE \d+$/);
  line.cut();
  line.mend();
  expect(await script.next()).toBe('RECONNECTED');
  expect(await script.next()).toMatch(/^CURRENT ACTIVE \d+$/);
  clock.advance((LINK_SECONDS - 10) * 1000);
  expect(await script.next()).toBe('EXPIRING ACTIVE 10');
  clock.advance(10 * 1000);
  expect(await script.next()).toBe('EXPIRED EXPIRED 0');
  expect(await script.next()).toBeUndefined();
  expect(await script.ended).toEqual([0, null]);
});

test('the script learns of an end that came while the line was cut', async () => {
  const script = run('Maasvlakte 1 Panel', String(LINK_SECONDS));
  await script.next();
  expect(await script.next()).toMatch(/^CURRENT ACTIVE/);
  line.cut();
  clock.advance(LINK_SECONDS * 1000);
  line.mend();
  expect(await script.next()).toBe('RECONNECTED');
  expect(await script.next()).toBe('CURRENT EXPIRED 0');
  expect(await script.ended).toEqual([0, null]);
});
