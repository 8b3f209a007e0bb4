import { execFile } from 'node:child_process';
import { createHash } from 'node:crypto';
import { writeFile } from 'node:fs/promises';
import path from 'node:path';
import { promisify } from 'node:util';
import { Launcher } from '../e2e/service-process';
import { type Block, blocks, codes, readPage, rows } from './markdown';
import { SimulatorsProcess } from './simulators-process';

/*
 * What the README shows is done here, from top to bottom, as a reader would do it: queries and curl lines are sent to a
 * service with the simulated vendors, and what they answer is what stands below them.
 */

const SHOWN_AT = 'http://127.0.0.1:4000';

/** What no two answers have in common, by its key. */
const NEW_EACH_TIME: Readonly<Record<string, unknown>> = {
  ms: expect.any(Number),
  url: expect.stringMatching(/^https:/),
  expiresAt: expect.stringMatching(/^\d{4}-\d\d-\d\dT[\d:.]+Z$/),
};

const launcher = new Launcher();
const page = readPage('README.md');
const steps = blocks(page).map(
  (block, index) => [`${index + 1}: ${block.heading}, ${block.language}`, block] as const,
);

let url: string;
let folder: string;
/** What the step before answered, for the block that shows it. */
let answered: unknown;

beforeAll(async () => {
  folder = await launcher.folder();
  url = await (await launcher.launch({ env: { SIMULATED_LATENCY_MS: '0' } })).ready();
}, 120_000);

afterAll(() => launcher.cleanUp());

test.each(steps)('step %s', async (_, block) => {
  const before = answered;
  answered = undefined;
  await DO[block.language]?.(block, before);
  expect(Object.keys(DO)).toContain(block.language);
});

test('the two lines to begin with are those that a bare machine runs', () => {
  const shell = steps.flatMap(([, { language, text }]) => (language === 'sh' ? [text] : []));
  expect(shell.slice(0, 2)).toEqual(['npm ci && npm start', 'npm ci && npm test']);
  const ci = readPage('.ci/run').split('\n');
  for (const line of ['npm ci', 'npm ci && npm test', 'npm start']) {
    expect(ci.some((command) => command.includes(line))).toBe(true);
  }
});

test('every variable and path that it names is documented or served', async () => {
  const configuration = readPage('docs/configuration.md');
  const variables = codes(page).filter((code) => /^[A-Z][A-Z_]{3,}$/.test(code));
  expect(variables.filter((name) => !configuration.includes(`\`${name}\``))).toEqual([]);
  const paths = rows(page).flatMap(([cell = '']) => codes(cell).filter((code) => code.startsWith('/')));
  expect(paths.length).toBeGreaterThan(3);
  for (const served of paths) expect([served, (await fetch(url + served)).status]).toEqual([served, 200]);
});

/** What is done with a block, by its language; given what the step before answered. */
const DO: Readonly<Record<string, (block: Block, before: unknown) => Promise<void>>> = {
  sh: async ({ text }) => {
    answered = await run(text);
  },
  graphql: async ({ text }) => {
    answered = await post(JSON.stringify({ query: text }), {});
  },
  yaml: async ({ text }) => {
    await writeFile(path.join(folder, 'accounts.yaml'), text);
  },
  json: async ({ text }, before) => {
    const shown: unknown = JSON.parse(text, (key, value) => {
      if (typeof value === 'string' && value.includes(':session:'))
        return expect.stringContaining(':session:');
      return NEW_EACH_TIME[key] ?? value;
    });
    if (before === undefined) await writeFile(path.join(folder, 'tokens.json'), text);
    // Where only the end of an answer is shown, the rest is not.
    else if (typeof shown === 'object' && shown !== null && !('data' in shown))
      expect(before).toMatchObject(shown);
    else expect(before).toEqual(shown);
  },
};

async function post(body: string, headers: Readonly<Record<string, string>>): Promise<unknown> {
  const answer = await fetch(`${url}/graphql`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', ...headers },
    body,
  });
  return answer.json();
}

/** Does what a line of shell says, and answers what it prints where a block below shows that. */
async function run(line: string): Promise<unknown> {
  if (/^npm ci && npm (start|test)$/.test(line)) return undefined;
  const words = (line.match(/'[^']*'|\S+/g) ?? []).map((word) => word.replace(/^'(.*)'$/s, '$1'));
  if (words[0] === 'curl') return curl(words.slice(1));
  if (words[0] === 'node' && words[1] === '-e') return makeToken(words[2] ?? '');
  if (line.startsWith('npm run simulators -- ')) return simulate(words.slice(4));
  if (line.endsWith(' npm start -- --check-config')) return checkConfig(words);
  throw new Error(`nobody knows how to try this line: ${line}`);
}

async function curl(words: readonly string[]): Promise<unknown> {
  const headers: Record<string, string> = {};
  let body: string | undefined;
  let address = '';
  for (const [index, word] of words.entries()) {
    const next = words[index + 1] ?? '';
    if (word === '-H') headers[next.slice(0, next.indexOf(':'))] = next.slice(next.indexOf(':') + 1).trim();
    else if (word === '-d') body = next;
    else if (word.startsWith('http')) address = word;
    else if (!['-s', '-sN'].includes(word) && !['-H', '-d'].includes(words[index - 1] ?? ''))
      throw new Error(`curl ${word}?`);
  }
  expect(address.startsWith(SHOWN_AT)).toBe(true);
  if (headers['accept'] === 'text/event-stream') return firstEvent(body ?? '', headers);
  if (body !== undefined) return post(body, headers);
  return (await fetch(address.replace(SHOWN_AT, url), { headers })).json();
}

/** The first event of a stream, which is then left. */
async function firstEvent(body: string, headers: Readonly<Record<string, string>>): Promise<unknown> {
  const leaving = new AbortController();
  const { signal } = leaving;
  const { body: stream } = await fetch(`${url}/graphql`, { method: 'POST', headers, body, signal });
  let read = '';
  for await (const text of stream?.pipeThrough(new TextDecoderStream()) ?? []) {
    read += text;
    const [, event] = read.match(/^event: next\ndata: (.+)\n\n/m) ?? [];
    if (event === undefined) continue;
    leaving.abort();
    return JSON.parse(event);
  }
  throw new Error(`no event: ${read}`);
}

async function makeToken(script: string): Promise<undefined> {
  const { stdout } = await promisify(execFile)(process.execPath, ['-e', script]);
  const [token = '', sha256] = stdout.trim().split(' ');
  expect(token).toMatch(/^[\w-]{43}$/);
  expect(sha256).toBe(createHash('sha256').update(token).digest('hex'));
}

/** With the files of the blocks before, and some value for each variable that they read. */
async function checkConfig(words: readonly string[]): Promise<undefined> {
  const assigned = words.filter((word) => /^[A-Z_]+=/.test(word)).map((word) => word.split('='));
  const read = [...page.matchAll(/\$\{([A-Z_]+)\}/g)].map(([, name = '']) => [name, 'some-secret']);
  const service = await launcher.launch({
    folder,
    env: Object.fromEntries([...read, ...assigned]),
    args: ['--check-config'],
  });
  expect(await service.exit).toEqual({ code: 0, signal: null });
  expect(service.stdout).toContain('The configuration is right.');
  expect(service.stdout).not.toContain('Note:');
}

async function simulate(flags: readonly string[]): Promise<undefined> {
  const simulators = await SimulatorsProcess.start(flags);
  try {
    const { RMS_BASE_URL, RMS_TOKEN } = await simulators.variables();
    const headers = { authorization: `Bearer ${RMS_TOKEN}` };
    expect((await fetch(`${RMS_BASE_URL}/devices`, { headers })).status).toBe(200);
  } finally {
    expect(await simulators.stop('SIGINT')).toEqual({ code: 0, signal: null });
  }
  return undefined;
}
