import { execFile } from 'node:child_process';
import { createHash } from 'node:crypto';
import { mkdir, mkdtemp, readFile, rm, symlink } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { promisify } from 'node:util';
import { ApolloClient, ApolloLink, HttpLink, InMemoryCache } from '@apollo/client';
import { PersistedQueryLink } from '@apollo/client/link/persisted-queries';
import { type DocumentNode, parse, print, validate } from 'graphql';
import { buildGraph } from '../../src/graph/schema';
import { buildClient } from '../e2e/built-service';
import { startTestService, type TestService } from '../support/service';

const PACKAGE = path.resolve(__dirname, '../../dist/client');

interface Operation {
  readonly id: string;
  readonly name: string;
  readonly type: string;
  readonly body: string;
}

interface Manifest {
  readonly format: 'apollo-persisted-query-manifest';
  readonly version: 1;
  readonly operations: readonly Operation[];
}

type TypedDocument = DocumentNode & { readonly __meta__: { readonly hash: string } };

let folder: string;

beforeAll(async () => {
  await buildClient();
  folder = await mkdtemp(path.join(tmpdir(), 'drawbridge-'));
  await mkdir(path.join(folder, 'node_modules'));
  await symlink(PACKAGE, path.join(folder, 'node_modules/drawbridge-client'));
});

afterAll(() => rm(folder, { recursive: true, force: true }));

const readJson = async (name: string) => JSON.parse(await readFile(path.join(PACKAGE, name), 'utf8'));
const manifest = (): Promise<Manifest> => readJson('persisted-query-manifest.json');
const documents = (): Record<string, TypedDocument> => require(path.join(PACKAGE, 'index.cjs'));

describe('the package of typed documents', () => {
  const SAY = 'console.log(JSON.stringify(Object.keys(client).filter((name) => name.endsWith("Document"))))';

  test.each([
    ['import', ['--input-type=module', '-e', `import * as client from 'drawbridge-client'; ${SAY}`]],
    ['require', ['-e', `const client = require('drawbridge-client'); ${SAY}`]],
  ])('is there for %s', async (_, args) => {
    const { stdout } = await promisify(execFile)(process.execPath, args, { cwd: folder });
    expect(JSON.parse(stdout)).toEqual(expect.arrayContaining(['OpenLinkDocument', 'FindDeviceDocument']));
  });

  test('has types for both, and names no file that it does not have', async () => {
    const { exports, main, module, types } = await readJson('package.json');
    const named = JSON.stringify([exports, main, module, types]).match(/\.\/[\w.-]+/g) ?? [];
    expect(named.length).toBeGreaterThan(6);
    for (const file of named) expect((await readFile(path.join(PACKAGE, file))).length).toBeGreaterThan(0);
    expect(await readFile(path.join(PACKAGE, exports['.'].import.types), 'utf8')).toContain(
      'export declare const OpenLinkDocument: DocumentNode<OpenLinkMutation',
    );
  });
});

describe('the list of its operations', () => {
  test('is there in both forms, which say the same', async () => {
    const { operations, format, version } = await manifest();
    expect([format, version]).toEqual(['apollo-persisted-query-manifest', 1]);
    expect(await readJson('persisted-documents.json')).toEqual(
      Object.fromEntries(operations.map(({ id, body }) => [id, body])),
    );
  });

  test('has every operation of the package, by the hash of the text that a client sends', async () => {
    const { operations } = await manifest();
    const own = Object.entries(documents()).filter(
      ([name, value]) => name.endsWith('Document') && value.kind,
    );
    expect(operations).toHaveLength(own.length);
    for (const { id, name, type, body } of operations) {
      const document = documents()[`${name}Document`];
      expect(document?.__meta__.hash).toBe(id);
      expect(createHash('sha256').update(body).digest('hex')).toBe(id);
      expect(body).toBe(document === undefined ? undefined : print(document));
      expect(body).toMatch(new RegExp(`^(fragment .*)?${type} ${name}`, 's'));
      expect(validate(buildGraph().schema, parse(body))).toEqual([]);
    }
  });
});

describe('Apollo Client', () => {
  let service: TestService;

  beforeAll(async () => {
    service = await startTestService({ simulators: { devices: 12 } });
  });

  afterAll(() => service?.close());

  test('sends the hash alone once the service knows the text', async () => {
    const bodies: Record<string, unknown>[] = [];
    const send: typeof fetch = async (url, options) => {
      bodies.push(JSON.parse(String(options?.body)));
      return fetch(url, options);
    };
    const client = new ApolloClient({
      cache: new InMemoryCache(),
      link: ApolloLink.from([
        new PersistedQueryLink({
          generateHash: async (document) => (document as TypedDocument).__meta__.hash,
        }),
        new HttpLink({ uri: `${service.url}/graphql`, fetch: send }),
      ]),
    });
    const query = documents()['FindDeviceDocument'] as DocumentNode;
    const ask = () => client.query({ query, variables: { search: '' }, fetchPolicy: 'network-only' });
    await ask();
    await ask();
    expect(bodies.map((body) => typeof body['query'])).toEqual(['undefined', 'string', 'undefined']);
    expect((await ask()).data).toMatchObject({ devices: { nodes: [{ __typename: 'Device' }] } });
    client.stop();
  });
});
