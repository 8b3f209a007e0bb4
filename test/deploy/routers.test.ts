import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import type { createGatewayRuntime, GatewayConfigSupergraph } from '@graphql-hive/gateway';
import ts from 'typescript';
import { parseDocument } from 'yaml';
import { FORWARDED } from '../../examples/supergraph/gateway';
import { codes, rows } from '../docs/markdown';

const FOLDER = path.resolve(__dirname, '../../deploy/routers');

const files = readdirSync(FOLDER);
const read = (name: string) => readFileSync(path.join(FOLDER, name), 'utf8');

/** Everything below a key of that name, wherever it stands. */
function below(tree: unknown, key: string): unknown {
  if (typeof tree !== 'object' || tree === null) return undefined;
  for (const [name, value] of Object.entries(tree)) {
    const found = name === key ? value : below(value, key);
    if (found !== undefined) return found;
  }
  return undefined;
}

describe.each(files.filter((name) => name.endsWith('.yaml')))('%s', (name) => {
  const document = parseDocument(read(name), { strict: true, uniqueKeys: true });

  test('is YAML without a mistake', () => {
    expect([...document.errors, ...document.warnings]).toEqual([]);
  });

  test('says what it is for, and where its settings are described', () => {
    expect(read(name)).toMatch(/^# \w/);
    if (/router/.test(name)) expect(read(name)).toMatch(/^# .*Reference: https:\/\//m);
  });
});

describe.each(files.filter((name) => /router.*\.yaml$/.test(name)))('%s', (name) => {
  const settings: unknown = parseDocument(read(name)).toJS();

  test('sends on to Drawbridge what it reads', () => {
    const rules = JSON.stringify(below(below(settings, 'headers'), 'drawbridge'));
    const named = [...rules.matchAll(/"named":"([\w-]+)"/g)].map(([, header = '']) => header.toLowerCase());
    expect(named.sort()).toEqual([...FORWARDED].sort());
  });

  test('waits long enough for a link, and shows errors as they are', () => {
    expect(JSON.stringify(below(settings, 'traffic_shaping'))).toMatch(/"(request_)?timeout":"60s"/);
    expect(
      below(below(settings, 'include_subgraph_errors'), 'drawbridge') ??
        below(below(settings, 'subgraph_error_propagation'), 'mode'),
    ).toEqual(name.startsWith('cosmo') ? 'pass-through' : true);
  });
});

describe('subscriptions', () => {
  const settingsOf = (name: string): unknown => parseDocument(read(name)).toJS();

  test('reach Apollo Router by callback, or by WebSocket, never by both', () => {
    const [callback, passthrough] = ['apollo-router.yaml', 'apollo-router-passthrough.yaml'].map((name) =>
      below(settingsOf(name), 'mode'),
    );
    expect(callback).toEqual({ callback: expect.objectContaining({ subgraphs: ['drawbridge'] }) });
    expect(passthrough).toEqual({
      passthrough: { subgraphs: { drawbridge: expect.objectContaining({ protocol: 'graphql_ws' }) } },
    });
  });

  test('reach Cosmo Router as server-sent events', () => {
    const [drawbridge] = below(settingsOf('cosmo-graph.yaml'), 'subgraphs') as [unknown];
    expect(below(drawbridge, 'subscription')).toMatchObject({ protocol: 'sse_post' });
  });
});

describe('hive-gateway.config.ts', () => {
  /** What it exports, as the gateway would load it. */
  function config(): GatewayConfigSupergraph {
    const { outputText } = ts.transpileModule(read('hive-gateway.config.ts'), {
      compilerOptions: { module: ts.ModuleKind.CommonJS },
      reportDiagnostics: true,
    });
    const exported: { gatewayConfig?: GatewayConfigSupergraph } = {};
    new Function('exports', 'require', outputText)(exported, require);
    if (exported.gatewayConfig === undefined) throw new Error('it exports no gatewayConfig');
    return exported.gatewayConfig;
  }

  test('is right by the types of the gateway', () => {
    const file = path.join(FOLDER, 'hive-gateway.config.ts');
    const program = ts.createProgram([file], {
      strict: true,
      noEmit: true,
      skipLibCheck: true,
      module: ts.ModuleKind.Node16,
      moduleResolution: ts.ModuleResolutionKind.Node16,
      target: ts.ScriptTarget.ES2022,
      types: ['node'],
    });
    const wrong = ts.getPreEmitDiagnostics(program).map(({ messageText }) => messageText);
    expect(wrong).toEqual([]);
  });

  test('makes a gateway that sends on to Drawbridge what it reads', async () => {
    const gateway = config();
    const { createGatewayRuntime: create } = require('@graphql-hive/gateway') as {
      createGatewayRuntime: typeof createGatewayRuntime;
    };
    const runtime = create({ ...gateway, supergraph: 'type Query { nothing: Int }', logging: false });
    expect(runtime.graphqlEndpoint).toBe('/graphql');
    await runtime[Symbol.asyncDispose]();
    const headers = Object.fromEntries(FORWARDED.map((name) => [name, `the ${name}`]));
    const request = new Request('http://gateway/graphql', { headers });
    type Payload = Parameters<
      NonNullable<NonNullable<typeof gateway.propagateHeaders>['fromClientToSubgraphs']>
    >[0];
    const sent = await gateway.propagateHeaders?.fromClientToSubgraphs?.({ request } as unknown as Payload);
    expect(sent).toEqual(headers);
  });
});

test('README.md names every file', () => {
  const named = rows(read('README.md')).flatMap(([cell = '']) => codes(cell));
  expect(named.sort()).toEqual(files.filter((name) => name !== 'README.md').sort());
});
