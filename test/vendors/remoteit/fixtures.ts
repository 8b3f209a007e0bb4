type Row = Readonly<Record<string, unknown>>;

/** A row of the list. Source: remoteit/docs, api-reference/devices/list.md; `scripting` and `localurl` from public clients. */
export function deviceRow(change: Row = {}): Row {
  return {
    deviceaddress: '80:00:00:80:01:00:01:25',
    devicealias: 'Router_Web',
    ownerusername: 'a@example.com',
    devicetype: '00:1E:00:00:00:01:00:00:04:60:00:50:00:01:00:00',
    devicestate: 'active',
    devicelastip: '203.0.113.9',
    lastinternalip: '10.61.12.80',
    servicetitle: 'Basic Web',
    georegion: 'Asia',
    lastcontacted: '2018-12-29T14:56:50-05:00',
    createdate: '2018-03-29T04:19:02.19-04:00',
    shared: 'not-shared',
    webenabled: '1',
    weburi: [null],
    webviewerurl: [null],
    localurl: 'bm9uZQ==',
    scripting: false,
    ...change,
  };
}

/** The `devicetype` of an application type: sixteen bytes, of which the first two hold it. */
export function devicetype(applicationType: number): string {
  const hex = applicationType.toString(16).toUpperCase().padStart(4, '0');
  return `${hex.slice(0, 2)}:${hex.slice(2)}:00:00:00:01:00:00:04:60:00:50:00:01:00:00`;
}

/** The list's envelope. Source: remoteit/sdk-go, device-list-all.go. */
export function listBody(devices: readonly unknown[]): Row {
  return { status: 'true', cache_expires: 60, length: devices.length, devices };
}

/** A failure, which may come with HTTP 200. Source: remoteit/docs, api-reference/authentication.md. */
export function refusalBody(reason: string, code: string | undefined = 'GENERAL_ERROR'): Row {
  return { status: 'false', reason, ...(code === undefined ? {} : { code }) };
}

/** The connection that a connect answers with; `change` on top. Source: remoteit/sdk-go, contracts/proxy.go. */
export function connectionRow(change: Row = {}): Row {
  return {
    deviceaddress: '80:00:00:00:00:00:00:91',
    status: 'running',
    expirationsec: '28797',
    proxy: 'http://proxy40.rt3.io:34168',
    connectionid: 'A78B3919-52E1-B674-58CC-5C0009377419',
    proxyserver: 'proxy40.rt3.io',
    proxyport: '34168',
    proxyServerPort: 34_168,
    proxyExpirationSec: 28_800,
    proxyURL: 'proxy40.rt3.io:34168',
    reverseProxy: false,
    filteredIP: 'latching',
    idleLeft: 900,
    ...change,
  };
}

/** The answer to a connect. Source: remoteit/docs, api-reference/devices/connect.md. */
export function connectBody(change: Row = {}, root: Row = {}): Row {
  return { status: 'true', wait: true, connection: connectionRow(change), ...root };
}
