import { everyware } from '../../../src/vendors/everyware/index';
import { describeVendor } from '../../conformance/vendor';
import { answer } from '../../support/scripted-transport';
import { settingsOf } from '../../support/vendor-settings';
import { deviceRow, exceptionBody, listBody } from './fixtures';

describeVendor({
  module: everyware,
  settings: settingsOf(everyware.configuration, { apiKey: 'a-key', baseUrl: 'https://ec.example.com/v1' }),
  ids: ['WyczTs_GuDM', 'AQ', 'aQ=='],
  access: {
    localId: 'WyczTs_GuDM',
    vendorDeviceId: 'WyczTs_GuDM',
    name: 'VPN',
    protocol: 'VPN',
    host: null,
    port: null,
  },
  row: (id) => deviceRow({ id }),
  brokenRow: (secret) => ({ ...deviceRow({ displayName: secret }), id: null }),
  page: (rows, more, total) => listBody(rows, more, total),
  refusal: (text) => exceptionBody('SOME_CODE', 400, text),
  lookUp: (existing) => (request) => {
    const id = request.params?.['deviceId'] ?? '';
    if (!existing.includes(id)) return answer(404, exceptionBody('ENTITY_NOT_FOUND', 404));
    return answer(200, deviceRow({ id }));
  },
});
