type Row = Readonly<Record<string, unknown>>;

/** A device. Source: Everyware Cloud OpenAPI 6.0.8, GET /{scopeId}/devices. */
export function deviceRow(change: Row = {}): Row {
  return {
    type: 'device',
    id: 'WyczTs_GuDM',
    scopeId: 'AQ',
    clientId: 'gateway-07',
    displayName: null,
    status: 'ENABLED',
    connectionId: 'Gd1BfeWwh3s',
    connection: connectionRow(),
    serialNumber: 'SN1',
    modelId: 'ESF-Docker-RHEL',
    modelName: 'ReliaGATE 10-14',
    firmwareVersion: '4.2.1',
    biosVersion: 'N/A',
    connectionIp: '127.0.0.1',
    applicationIdentifiers: 'heaterPROV-V2DEPLOY-V2VPNCLIENT-V2CONF-V1CERT-V1ASSET-V1CMD-V1',
    acceptEncoding: 'gzip',
    tamperStatus: 'NOT_TAMPERED',
    tagIds: ['AQ'],
    ...change,
  };
}

/** A connection. Source: Everyware Cloud OpenAPI 6.0.8, GET /{scopeId}/deviceconnections/{connectionId}. */
export function connectionRow(change: Row = {}): Row {
  return {
    type: 'deviceConnection',
    id: 'Gd1BfeWwh3s',
    status: 'CONNECTED',
    clientId: 'gateway-07',
    protocol: 'MQTT',
    clientIp: 'tcp://172.21.0.1:59596',
    modifiedOn: '2026-01-01T09:04:32.101Z',
    ...change,
  };
}

/** A list's envelope. Source: Everyware Cloud OpenAPI 6.0.8, kapuaListResult. */
export function listBody(items: readonly unknown[], limitExceeded = false, totalCount = items.length): Row {
  return { type: 'deviceListResult', limitExceeded, size: items.length, items, totalCount };
}

/** An error's body. Source: Everyware Cloud OpenAPI 6.0.8, exceptionInfo. */
export function exceptionBody(kapuaErrorCode: string, httpErrorCode: number | string, message = 'no'): Row {
  return { type: 'someExceptionInfo', httpErrorCode, message, kapuaErrorCode };
}

/** What a login answers. Source: Everyware Cloud OpenAPI 6.0.8, accessToken. */
export function tokenBody(change: Row = {}): Row {
  return {
    type: 'accessToken',
    id: 'ZUYUUdRQB8w',
    scopeId: 'QNvLTfKO1hy',
    createdOn: '2026-11-20T10:00:00.000Z',
    tokenId: 'jwt-1',
    userId: 'LTcVBfHB2lo',
    expiresOn: '2026-11-20T10:30:00.000Z',
    refreshToken: 'refresh-1',
    refreshExpiresOn: '2026-11-20T15:00:00.000Z',
    trustKey: null,
    ...change,
  };
}
