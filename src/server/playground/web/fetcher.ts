import { getOperationAST, parse } from 'graphql';
import { createClient } from 'graphql-ws';

/** Where the graph answers; paths or URLs, resolved against the page's own address. */
export interface Endpoints {
  readonly endpoint: string;
  readonly subscriptionEndpoint: string;
}

/** What GraphiQL hands over for one run. */
export interface Operation {
  readonly query: string;
  readonly operationName?: string | null | undefined;
  readonly variables?: unknown;
}

/** One answer: a GraphQL response body. */
export type Answer = { data?: unknown; errors?: readonly unknown[]; [part: string]: unknown };

/** The answers of a subscription: nothing happens until it is subscribed to, unsubscribing closes the socket. */
export interface Answers {
  subscribe(observer: AnswerObserver): { unsubscribe(): void };
}

/** Who is told of each answer, and once when no more will come. A failure is told as a last answer with errors. */
export interface AnswerObserver {
  next(answer: Answer): void;
  error(failure: unknown): void;
  complete(): void;
}

/** The request headers as the caller typed them into the headers editor. */
export type Headers = Readonly<Record<string, unknown>>;

/**
 * Runs operations for GraphiQL: queries and mutations over HTTP, subscriptions over a WebSocket.
 *
 * @param pageUrl the page's address, against which the endpoints are resolved.
 */
export function createFetcher(endpoints: Endpoints, pageUrl: string) {
  const httpUrl = new URL(endpoints.endpoint, pageUrl).href;
  const socketUrl = new URL(endpoints.subscriptionEndpoint, pageUrl).href.replace(/^http/, 'ws');
  return (operation: Operation, options?: { headers?: Headers }) => {
    const chosen = chooseOperation(operation);
    const headers = options?.headers ?? {};
    return chosen.isSubscription ? subscribe(socketUrl, chosen, headers) : request(httpUrl, chosen, headers);
  };
}

/** GraphiQL's operation name lags behind the editor by a moment: one that the text does not hold is not sent. */
function chooseOperation({ query, operationName, variables }: Operation) {
  const document = parseOrNothing(query);
  const node = document && (getOperationAST(document, operationName) ?? getOperationAST(document));
  return {
    query,
    ...(node?.name ? { operationName: node.name.value } : {}),
    ...(variables ? { variables: variables as Record<string, unknown> } : {}),
    isSubscription: node?.operation === 'subscription',
  };
}

function parseOrNothing(query: string) {
  try {
    return parse(query);
  } catch {
    // The service explains a syntax error better than this page could.
    return undefined;
  }
}

type ChosenOperation = ReturnType<typeof chooseOperation>;

async function request(url: string, chosen: ChosenOperation, headers: Headers): Promise<Answer> {
  const { isSubscription: _, ...body } = chosen;
  const response = await fetch(url, {
    method: 'POST',
    headers: {
      accept: 'application/graphql-response+json, application/json;q=0.9',
      'content-type': 'application/json',
      'apollo-require-preflight': 'true',
      ...textHeaders(headers),
    },
    body: JSON.stringify(body),
  });
  const text = await response.text();
  try {
    return JSON.parse(text) as Answer;
  } catch {
    return problem(
      `The service answered ${response.status} ${response.statusText} with something other than JSON.`,
    );
  }
}

function textHeaders(headers: Headers): Record<string, string> {
  const filled = Object.entries(headers).filter(([, value]) => value !== null && value !== undefined);
  return Object.fromEntries(filled.map(([name, value]) => [name.toLowerCase(), String(value)]));
}

/**
 * An observable, as GraphiQL knows it. One socket per subscription, so that each has the token that stood in the
 * editor when it was started. Not an async generator: that one could not be stopped while it waits for an event.
 */
function subscribe(url: string, chosen: ChosenOperation, headers: Headers): Answers {
  const { isSubscription: _, ...payload } = chosen;
  const { authorization } = textHeaders(headers);
  return {
    subscribe: ({ next, complete }) => {
      const client = createClient({
        url,
        connectionParams: authorization === undefined ? {} : { authorization },
        retryAttempts: 0,
      });
      const unsubscribe = client.subscribe(payload, {
        next: (result) => next(result as Answer),
        error: (failure) => {
          next(Array.isArray(failure) ? { errors: failure } : problem(describeSocketFailure(failure)));
          complete();
        },
        complete,
      });
      return { unsubscribe };
    },
  };
}

function describeSocketFailure(failure: unknown): string {
  if (typeof failure === 'object' && failure !== null && 'code' in failure) {
    const reason = 'reason' in failure && failure.reason ? `: ${String(failure.reason)}` : '';
    return `The WebSocket was closed with ${String(failure.code)}${reason}.`;
  }
  return failure instanceof Error ? failure.message : 'The WebSocket could not be opened.';
}

function problem(message: string): Answer {
  return { errors: [{ message }] };
}
