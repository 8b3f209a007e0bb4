/** Where the vendor's behaviour varies or is uncertain; may be changed at any time. */
export interface RmsKnobs {
  /** Intermediate entries of a status channel before the last one; default 2. */
  channelSteps: number;
  /** Polls of a fresh channel that are told CHANNEL_NOT_FOUND; default 1. */
  channelNotFoundPolls: number;
  /**
   * Milliseconds from an asynchronous write until it is done. 0 (the default without latency): it is done at once, and each
   * poll reveals one more entry of the channel; otherwise the entries come with time.
   */
  channelDelayMs: number;
  /** Milliseconds until a channel is forgotten, CHANNEL_NOT_FOUND again; default 600,000. */
  channelLifetimeMs: number;
  /** How CHANNEL_NOT_FOUND is told; default "json". */
  channelNotFoundAs: 'json' | 'text';
  /** The name of an entry's error code; default "errorCode". */
  channelErrorField: 'errorCode' | 'errorcode' | 'none';
  /** Whether `data` is an object where exactly one session is answered; "some" (default): for access ids divisible by 5. */
  singleSessionAsObject: 'some' | 'always' | 'never';
  /** Whether a session's url and a channel's link carry https://; "missing" by default. */
  urlScheme: 'missing' | 'https';
  /** Whether DELETE of remote accesses handles every id; default false: only the first. */
  deleteHandlesAll: boolean;
  /** Whether creating, changing and deleting remote accesses needs the device online; default false. */
  accessWritesNeedOnline: boolean;
  /** The protocols accepted on writes. */
  protocols: readonly string[];
  /** Whether names of remote accesses must be letters, digits, hyphens and underscores; default false. */
  strictNames: boolean;
  /** The most rows of a list of remote accesses, then paged by limit and offset; null (default): all. */
  accessPageSize: number | null;
  /** Whether the list of remote accesses carries `meta`; default true. */
  accessListMeta: boolean;
  /** The highest `limit` of the list of devices, higher ones are lowered; null (default): none. */
  maxLimit: number | null;
  /** The token's scopes; the three that are needed by default. */
  scopes: readonly string[];
  /** Whether the token has been revoked; default false. */
  tokenRevoked: boolean;
}

/** The knobs as they stand at the start. */
export function defaultRmsKnobs(channelDelayMs: number): RmsKnobs {
  return {
    channelSteps: 2,
    channelNotFoundPolls: 1,
    channelDelayMs,
    channelLifetimeMs: 600_000,
    channelNotFoundAs: 'json',
    channelErrorField: 'errorCode',
    singleSessionAsObject: 'some',
    urlScheme: 'missing',
    deleteHandlesAll: false,
    accessWritesNeedOnline: false,
    protocols: ['http', 'https', 'ssh', 'rdp', 'vnc', 'sftp', 'telnet'],
    strictNames: false,
    accessPageSize: null,
    accessListMeta: true,
    maxLimit: null,
    scopes: ['devices:read', 'device_remote_access:read', 'device_remote_access:write'],
    tokenRevoked: false,
  };
}
