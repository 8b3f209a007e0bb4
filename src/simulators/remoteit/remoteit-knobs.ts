/** Where the vendor's behaviour varies or is uncertain; may be changed at any time. */
export interface RemoteitKnobs {
  /** Milliseconds that a token lives; default an hour. */
  tokenLifetimeMs: number;
  /** Whether a login tells auth_expiration and its like, which the docs leave out; default true. */
  loginTellsExpiration: boolean;
  /** The code with which a login asks for a second factor; null (default): none is needed. */
  mfa: 'SMS_MFA' | 'SOFTWARE_TOKEN_MFA' | 'MFA_SETUP' | null;
  /** Where `connectionid` stands in the answer to a connect; default "both". */
  connectionIdPlace: 'root' | 'connection' | 'both';
  /** All that real answers hold, or only the documented fields; default "full". */
  connectAnswer: 'full' | 'documented';
  /** Whether a connect while a connection runs hands that one back or makes another; default "same". */
  repeatConnect: 'same' | 'new';
  /** Seconds that a connection lasts; default 28,800. */
  connectionLifetimeSeconds: number;
  /** Milliseconds after which an unused connection dies before its end; null (default): never. */
  idleMs: number | null;
  /** The HTTP status of a connect that fails; default 200. */
  connectFailureStatus: 200 | 400;
  /** Whether a new connection lets in only the address that was asked for; default true. */
  keepsHostIp: boolean;
  /** Milliseconds for which the list is served as it was, unless asked with cache=false; default 0. */
  listCacheMs: number;
}

/** The knobs as they stand at the start. */
export function defaultRemoteitKnobs(): RemoteitKnobs {
  return {
    tokenLifetimeMs: 3_600_000,
    loginTellsExpiration: true,
    mfa: null,
    connectionIdPlace: 'both',
    connectAnswer: 'full',
    repeatConnect: 'same',
    connectionLifetimeSeconds: 28_800,
    idleMs: null,
    connectFailureStatus: 200,
    keepsHostIp: true,
    listCacheMs: 0,
  };
}
