import { mkdtemp, readdir, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { gunzipSync } from 'node:zlib';
import { openPlayground, type Playground } from '../../../src/server/playground/playground';
import { buildPlayground } from '../../../src/server/playground/playground-build';

let folder: string;
let built: string;
let playground: Playground;

beforeAll(async () => {
  folder = await mkdtemp(path.join(tmpdir(), 'playground-'));
  built = path.join(folder, 'built');
  await buildPlayground(built);
  playground = openPlayground(built);
});

afterAll(() => rm(folder, { recursive: true }));

const renderPage = () => playground.page({ endpoint: '/graphql', subscriptionEndpoint: '/graphql' });

describe('the build', () => {
  test('is skipped while sources and packages are the same', async () => {
    const before = await stat(path.join(built, 'manifest.json'));
    expect(await buildPlayground(built)).toEqual({ built: false });
    expect((await stat(path.join(built, 'manifest.json'))).mtimeMs).toBe(before.mtimeMs);
  });

  test('is made again where a file is missing, and leaves nothing beside its folder', async () => {
    const other = path.join(folder, 'other');
    await buildPlayground(other);
    const script = /data-icon="\/playground\/([^"]+)"/.exec(renderPage())?.[1] ?? '';
    await rm(path.join(other, script));
    expect(await buildPlayground(other)).toEqual({ built: true });
    expect(await readdir(other)).toContain(script);
    expect((await readdir(folder)).sort()).toEqual(['built', 'other']);
  });

  test('holds every example', async () => {
    const names = (await readdir(built)).filter((name) => name.endsWith('.js'));
    const code = await Promise.all(names.map((name) => readFile(path.join(built, name), 'utf8')));
    expect(code.some((text) => text.includes('# The fleet at a glance'))).toBe(true);
  });
});

describe('the files', () => {
  test('everything that the page names is there, with its content type', () => {
    const named = [...renderPage().matchAll(/"\/playground\/([^"]+)"/g)].map(([, name = '']) => name);
    expect(named.map((name) => playground.file(name)?.contentType).sort()).toEqual([
      'image/svg+xml',
      'image/svg+xml',
      'text/css; charset=utf-8',
      'text/javascript; charset=utf-8',
      'text/javascript; charset=utf-8',
      'text/javascript; charset=utf-8',
      'text/javascript; charset=utf-8',
    ]);
  });

  test('a file may be cached for ever, for its name holds the hash of its content', async () => {
    for (const name of (await readdir(built)).filter((file) => /\.(js|css|svg)$/.test(file))) {
      expect(name).toMatch(/-[A-Z0-9]{8}\./);
      expect(playground.file(name)?.immutable).toBe(true);
    }
  });

  test('the gzipped form is the same file', () => {
    const [, name = ''] = /src="\/playground\/([^"]+)"/.exec(renderPage()) ?? [];
    const file = playground.file(name);
    expect(file?.gzipped && gunzipSync(file.gzipped).equals(file.body)).toBe(true);
  });

  test.each([
    '../manifest.json',
    '..%2fmanifest.json',
    'manifest.json',
    '/etc/passwd',
    './app.js',
    '',
    '__proto__',
    'constructor',
  ])('nothing else is given out: %s', async (name) => {
    await writeFile(path.join(folder, 'manifest.json'), '{}');
    expect(playground.file(name)).toBeUndefined();
    await rm(path.join(folder, 'manifest.json'));
  });

  test('a folder without a playground is named, with what to do', () => {
    expect(() => openPlayground(path.join(folder, 'nowhere'))).toThrow(/nowhere.*npm run build/);
  });
});

describe('the page', () => {
  test('is called Drawbridge and knows where the graph is', () => {
    const html = playground.page({ endpoint: '/a', subscriptionEndpoint: '/b' });
    expect(html).toContain('<title>Drawbridge</title>');
    expect(html).toContain('data-endpoint="/a"');
    expect(html).toContain('data-subscription-endpoint="/b"');
  });

  test('escapes what it is given', () => {
    const hostile = `"><script>alert('&')</script>`;
    const html = playground.page({ endpoint: hostile, subscriptionEndpoint: hostile });
    expect(html).not.toContain('<script>alert');
    expect(html).toContain('data-endpoint="&quot;&gt;&lt;script&gt;alert(&#39;&amp;&#39;)&lt;/script&gt;"');
  });

  test('has no script, style or handler of its own in it', () => {
    expect(renderPage()).not.toMatch(/<script[^>]*>[^<]|<style|\son\w+=|style=/i);
  });

  test('names no other origin, nor do its style sheets', async () => {
    expect(renderPage()).not.toMatch(/(?:https?:)?\/\/[a-z0-9]/i);
    for (const name of (await readdir(built)).filter((file) => file.endsWith('.css'))) {
      const css = (await readFile(path.join(built, name), 'utf8')).replaceAll(/url\("?data:[^)]*\)/g, '');
      expect(css).not.toMatch(/url\(\s*["']?(?:https?:)?\/\//i);
      expect(css).not.toMatch(/@import/i);
    }
  });

  test('its scripts import nothing from another origin', async () => {
    for (const name of (await readdir(built)).filter((file) => file.endsWith('.js'))) {
      const code = await readFile(path.join(built, name), 'utf8');
      expect(code).not.toMatch(/(?:\bimport|\bfrom|importScripts|new Worker)\s*\(?\s*["'`](?:https?:)?\/\//);
    }
  });

  test('allows no script but those of its origin', () => {
    const policy = playground.contentSecurityPolicy;
    expect(policy).toContain("default-src 'self'");
    expect(policy).not.toMatch(/script-src|unsafe-eval|https?:|\*/);
  });
});
