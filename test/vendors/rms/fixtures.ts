type Row = Readonly<Record<string, unknown>>;

/** A device row. Source: RMS OpenAPI 3.0.0, GET /devices, device_body; field types as public clients saw them. */
export function deviceRow(change: Row = {}): Row {
  return {
    id: 70810,
    company_id: 7034,
    name: 'Pump station 4',
    serial: '1100000001',
    mac: '00:1E:42:00:00:01',
    model: 'RUT950',
    firmware: 'RUT9XX_R_00.06.05.3',
    status: 1,
    last_connection_at: '2026-01-23 04:56:07',
    wan_ip: '0.0.0.0',
    mqtt: 1,
    is_facelift: 0,
    connection_uptime: null,
    rsrp: {},
    tags: [
      { id: 11, name: 'north' },
      { id: 12, name: 'pumps' },
    ],
    ...change,
  };
}

/** A remote access row. Source: RMS OpenAPI 3.0.0, GET /devices/remote-access; port and flags as real answers have them. */
export function accessRow(change: Row = {}): Row {
  return {
    id: 2745,
    device_id: 70810,
    name: 'Router_WebUI',
    destination_ip: '192.168.1.1',
    destination_port: '443',
    protocol: 'https',
    is_main: 1,
    credentials_required: 0,
    mqtt: 1,
    is_esim_bootstrap: null,
    tags: [],
    created_at: '2020-02-20 09:10:59',
    ...change,
  };
}

/** A session row. Source: RMS OpenAPI 3.0.0, GET /devices/connect/{access_id}/sessions; the bare host as seen in the wild. */
export function sessionRow(change: Row = {}): Row {
  return {
    id: 1,
    start_time: 1_599_041_994,
    end_time: 1_599_043_679,
    input_data: 21_084,
    output_data: null,
    username: null,
    email: 'ops@example.com',
    company_id: 7034,
    url: 'e0dcb7ac5ca9d9.proxy1-connect.rms.teltonika-networks.com',
    ttl: 1000,
    ...change,
  };
}

/** An L2TP row. Source: RMS OpenAPI 3.0.0, GET /devices/device-vpn-status. */
export function vpnRow(change: Row = {}): Row {
  return {
    id: 9,
    device_id: 70810,
    data: [{ name: 'l2tp1', type: 'client', ip: '10.8.0.2', is_enabled: true, is_running: true }],
    updated_at: '2026-01-23T04:56:07+00:00',
    ...change,
  };
}

/** The answer to a write: a channel, and no id. Source: RMS OpenAPI 3.0.0, inline_response_200_2. */
export function channelBody(channel = 'private-status.1.abc'): Row {
  return { success: true, meta: { channel } };
}

/** A channel as polled, keyed by the device id as text. Source: bNovate's RMS client. */
export function updatesBody(...updates: readonly Row[]): Row {
  return { data: { '70810': updates } };
}

/** An error's body. Source: RMS OpenAPI 3.0.0, inline_response_422. */
export function errorBody(...sources: readonly (string | null)[]): Row {
  const errors = sources.map((source) => ({ code: 'VALIDATION_ERROR', source, message: 'no' }));
  return { success: false, errors };
}
