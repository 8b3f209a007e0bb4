/** A gateway that is served. */
export interface RunningGateway {
  /** Where operations are sent, and where a browser finds the playground. */
  readonly url: string;
  close(): Promise<void>;
}

/** How a gateway is started. */
export interface GatewayOptions {
  /** Default: any free one. */
  readonly port?: number;
  /** True: errors of subgraphs are told to clients only. Default: they are written to the console, too. */
  readonly quiet?: boolean;
}

/** Headers of a client that Drawbridge reads: who asks, how old an answer may be, whether its cost is wanted. */
export const FORWARDED = ['authorization', 'cache-control', 'x-explain', 'x-request-id'] as const;
