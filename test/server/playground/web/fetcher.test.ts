import { type Answer, type Answers, createFetcher } from '../../../../src/server/playground/web/fetcher';

const PAGE = 'https://plant.example/graphql';
const ENDPOINTS = { endpoint: '/graphql', subscriptionEndpoint: '/graphql' };

describe('queries and mutations', () => {
  const sent = jest.spyOn(globalThis, 'fetch');

  afterEach(() => sent.mockReset());
  afterAll(() => sent.mockRestore());

  const run = async (...wish: Parameters<ReturnType<typeof createFetcher>>) =>
    (await createFetcher(ENDPOINTS, PAGE)(...wish)) as Answer;

  test('go to the origin of the page as JSON, past the check for forged requests, with the headers', async () => {
    sent.mockResolvedValue(new Response('{"data":{"a":1}}'));
    const answer = await run(
      { query: 'query A { a }', operationName: 'A', variables: { b: 2 } },
      { headers: { Authorization: 'Bearer t', 'X-Explain': 1, empty: null } },
    );
    expect(answer).toEqual({ data: { a: 1 } });
    const [url, init] = sent.mock.calls[0] ?? [];
    expect(url).toBe('https://plant.example/graphql');
    expect(init).toMatchObject({
      method: 'POST',
      body: '{"query":"query A { a }","operationName":"A","variables":{"b":2}}',
    });
    expect(init?.headers).toEqual({
      accept: 'application/graphql-response+json, application/json;q=0.9',
      'content-type': 'application/json',
      'apollo-require-preflight': 'true',
      authorization: 'Bearer t',
      'x-explain': '1',
    });
  });

  test('an operation name that the text does not hold is mended', async () => {
    sent.mockImplementation(async () => new Response('{}'));
    await run({ query: 'query New { a }', operationName: 'Old' });
    await run({ query: 'query New {', operationName: 'Old' });
    expect(sent.mock.calls.map(([, init]) => init?.body)).toEqual([
      '{"query":"query New { a }","operationName":"New"}',
      '{"query":"query New {"}',
    ]);
  });

  test('an answer that is no JSON becomes an error that says so', async () => {
    sent.mockResolvedValue(new Response('<html>', { status: 502, statusText: 'Bad Gateway' }));
    expect(await run({ query: '{ a }' })).toEqual({
      errors: [{ message: 'The service answered 502 Bad Gateway with something other than JSON.' }],
    });
  });
});

describe('subscriptions', () => {
  const before = Object.getOwnPropertyDescriptor(globalThis, 'WebSocket');

  beforeEach(() => {
    FakeSocket.opened = [];
    Object.defineProperty(globalThis, 'WebSocket', { value: FakeSocket, configurable: true, writable: true });
  });

  afterEach(() => {
    if (before) {
      Object.defineProperty(globalThis, 'WebSocket', before);
    } else {
      Reflect.deleteProperty(globalThis, 'WebSocket');
    }
  });

  const follow = (headers: Record<string, unknown>) => {
    const answers: Answer[] = [];
    const source = createFetcher(ENDPOINTS, PAGE)(
      { query: 'subscription S { tick }' },
      { headers },
    ) as Answers;
    const completed = new Promise<void>((complete, error) => {
      source.subscribe({ next: (answer) => answers.push(answer), error, complete });
    });
    return { answers, completed };
  };

  test('go over a WebSocket of the same origin, with the token in connection_init', async () => {
    const { answers, completed } = follow({ Authorization: 'Bearer t', 'x-other': '1' });
    await completed;
    expect(answers).toEqual([{ data: { tick: 1 } }]);
    expect(FakeSocket.opened).toHaveLength(1);
    const [socket] = FakeSocket.opened;
    expect(socket?.url).toBe('wss://plant.example/graphql');
    expect(socket?.protocol).toBe('graphql-transport-ws');
    expect(socket?.received[0]).toEqual({ type: 'connection_init', payload: { authorization: 'Bearer t' } });
    expect(socket?.received[1]).toMatchObject({
      type: 'subscribe',
      payload: { query: 'subscription S { tick }', operationName: 'S' },
    });
  });

  test('the reason why the service closed the socket is shown', async () => {
    const { answers, completed } = follow({ authorization: 'refuse' });
    await completed;
    expect(answers).toEqual([{ errors: [{ message: 'The WebSocket was closed with 4403: Forbidden.' }] }]);
  });

  test('the errors of an operation are shown as the service wrote them', async () => {
    const { answers, completed } = follow({ authorization: 'without scope' });
    await completed;
    expect(answers).toEqual([{ errors: [{ message: 'no', extensions: { code: 'FORBIDDEN' } }] }]);
  });
});

interface Message {
  readonly id?: string;
  readonly type: string;
  readonly payload?: unknown;
}

/** The service's end of a socket: one event for each subscription, or a refusal where the token asks for one. */
class FakeSocket {
  static opened: FakeSocket[] = [];
  static readonly CONNECTING = 0;
  static readonly OPEN = 1;
  static readonly CLOSING = 2;
  static readonly CLOSED = 3;

  readonly received: Message[] = [];
  readyState = FakeSocket.OPEN;
  onopen?: () => void;
  onmessage?: (event: { data: string }) => void;
  onclose?: (event: { code: number; reason: string; wasClean: boolean }) => void;

  constructor(
    readonly url: string,
    readonly protocol: string,
  ) {
    FakeSocket.opened.push(this);
    queueMicrotask(() => this.onopen?.());
  }

  send(text: string): void {
    const message: Message = JSON.parse(text);
    this.received.push(message);
    queueMicrotask(() => this.#answer(message));
  }

  close(code: number, reason: string): void {
    this.readyState = FakeSocket.CLOSED;
    queueMicrotask(() => this.onclose?.({ code, reason, wasClean: true }));
  }

  #answer({ type, id }: Message): void {
    const { authorization } = (this.received[0]?.payload ?? {}) as { authorization?: string };
    if (type === 'connection_init') {
      if (authorization === 'refuse') {
        this.close(4403, 'Forbidden');
      } else {
        this.#tell({ type: 'connection_ack' });
      }
    } else if (type === 'subscribe' && authorization === 'without scope') {
      const errors = [{ message: 'no', extensions: { code: 'FORBIDDEN' } }];
      this.#tell({ ...(id ? { id } : {}), type: 'error', payload: errors });
    } else if (type === 'subscribe') {
      this.#tell({ ...(id ? { id } : {}), type: 'next', payload: { data: { tick: 1 } } });
      this.#tell({ ...(id ? { id } : {}), type: 'complete' });
    }
  }

  #tell(message: Message): void {
    this.onmessage?.({ data: JSON.stringify(message) });
  }
}
