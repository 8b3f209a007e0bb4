import type { IncomingHttpHeaders } from 'node:http';

/** A request as a vendor's routes see it. */
export interface Call {
  readonly method: string;
  readonly path: string;
  /** The values of the path template's names, decoded. */
  readonly params: Readonly<Record<string, string>>;
  readonly query: URLSearchParams;
  readonly headers: IncomingHttpHeaders;
  /** The parsed JSON body whatever its content type, else its text; undefined where there was none. */
  readonly body: unknown;
  /** The address of the client. */
  readonly remoteAddress: string;
}

/** What the vendor answers; `json` or `text` or neither, for an empty body. */
export interface Answer {
  readonly status: number;
  readonly headers?: Readonly<Record<string, string>>;
  readonly json?: unknown;
  readonly text?: string;
}

/** One endpoint of a vendor. */
export interface Route {
  readonly method: string;
  /** Path template from the root of the host, such as "/api/devices/{id}". */
  readonly path: string;
  /** The name in the call log, without the base path: "GET /devices/{id}". */
  readonly name: string;
  /** How many times slower than a plain read; default 1. */
  readonly latencyFactor?: number;
  readonly answer: (call: Call) => Answer;
}
