import { createHash } from 'node:crypto';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { startTestService, type TestService } from '../support/service';

/** Callers by their token. */
const CALLERS = {
  router: { scopes: ['devices:read', 'graph:explore', 'graph:explain'] },
  app: { scopes: ['devices:read', 'remote_access:read'] },
  narrow: { scopes: ['devices:read'], accounts: ['remoteit'] },
  nobody: { scopes: [] },
};

const SERVICE = '{ _service { sdl } }';
const FTV1 = { 'apollo-federation-include-trace': 'ftv1' };

let folder: string;
let service: TestService;

beforeAll(async () => {
  folder = await mkdtemp(path.join(tmpdir(), 'drawbridge-'));
  const tokens = path.join(folder, 'tokens.json');
  const list = Object.entries(CALLERS).map(([subject, rights]) => ({
    sha256: createHash('sha256').update(subject).digest('hex'),
    subject,
    ...rights,
  }));
  await writeFile(tokens, JSON.stringify(list));
  service = await startTestService({
    simulators: { devices: 12 },
    env: { AUTH_DISABLED: undefined, AUTH_TOKENS_FILE: tokens },
  });
});

afterAll(async () => {
  await service?.close();
  await rm(folder, { recursive: true });
});

type Caller = keyof typeof CALLERS;

function ask<T = Record<string, unknown>>(
  caller: Caller | undefined,
  query: string,
  headers: Readonly<Record<string, string>> = {},
) {
  return service.query<T>(query, {
    headers: { ...(caller === undefined ? {} : { authorization: `Bearer ${caller}` }), ...headers },
  });
}

const firstRms = () => `rms:device:${service.simulators.rms.state.devices()[0]?.id}`;
const entities = (fields: string) =>
  `{ _entities(representations: [{ __typename: "Device", id: "${firstRms()}" }]) { ... on Device { ${fields} } } }`;

describe('_service', () => {
  test('shows the schema to a router that may explore the graph', async () => {
    const { data } = await ask<{ _service: { sdl: string } }>('router', SERVICE);
    expect(data._service.sdl).toContain('type Device');
  });

  test.each([undefined, 'app', 'nobody'] as const)('shows %p nothing', async (caller) => {
    const { data, errors } = await ask(caller, SERVICE);
    expect(data?.['_service']).toBeUndefined();
    expect(errors).toEqual([
      expect.objectContaining({
        extensions: {
          code: caller === undefined ? 'UNAUTHENTICATED' : 'GRAPHQL_VALIDATION_FAILED',
          requestId: expect.any(String),
        },
      }),
    ]);
    const hidden = await ask(caller, 'query Q { ...S } fragment S on Query { schema: _service { sdl } }');
    expect(JSON.stringify(hidden)).not.toContain('type Device');
  });
});

describe('_entities', () => {
  test('answers a caller who may read devices', async () => {
    expect(await ask('app', entities('id'))).toEqual({ data: { _entities: [{ id: firstRms() }] } });
  });

  test('answers nobody else', async () => {
    const { data, errors } = await ask(undefined, entities('id'));
    expect(data).toBeUndefined();
    expect(errors).toMatchObject([{ extensions: { code: 'UNAUTHENTICATED' } }]);
    const refused = await ask('nobody', entities('id'));
    expect(refused.data).toEqual({ _entities: [null] });
    expect(refused.errors).toMatchObject([{ path: ['_entities', 0], extensions: { code: 'FORBIDDEN' } }]);
  });

  test('does not know what is in an account that the caller does not see', async () => {
    service.simulators.rms.calls.reset();
    expect(await ask('narrow', entities('id'))).toEqual({ data: { _entities: [null] } });
    expect(service.simulators.rms.calls.total).toBe(0);
  });
});

/** A trace is protobuf, which holds texts as they are. */
const textsOf = (extensions: unknown): string | undefined => {
  const { ftv1 } = (extensions ?? {}) as { readonly ftv1?: string };
  return ftv1 === undefined ? undefined : Buffer.from(ftv1, 'base64').toString('latin1');
};

describe('a trace for the router (ftv1)', () => {
  const traceOf = async (caller: Caller, headers: Readonly<Record<string, string>> = FTV1) => {
    const { extensions, data } = await ask(caller, entities('name'), headers);
    expect(data).toMatchObject({ _entities: [{ name: expect.any(String) }] });
    return textsOf(extensions);
  };

  test('names every field, for a caller with graph:explain', async () => {
    const trace = await traceOf('router');
    for (const text of ['_entities', '[_Entity]!', 'name', 'String!', 'Device'])
      expect(trace).toContain(text);
  });

  test('is not made for who does not ask, nor for who may not know', async () => {
    expect(await traceOf('router', {})).toBeUndefined();
    expect(await traceOf('app')).toBeUndefined();
  });

  test('tells that there was an error, and not what it said', async () => {
    const { extensions, errors } = await ask(
      'router',
      '{ _entities(representations: [{ __typename: "Device" }]) { __typename } }',
      FTV1,
    );
    expect(errors).toHaveLength(1);
    expect(textsOf(extensions)).toContain('<masked>');
    expect(textsOf(extensions)).not.toContain(errors?.[0]?.message.slice(0, 20));
  });
});
