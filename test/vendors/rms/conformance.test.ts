import { rms } from '../../../src/vendors/rms/index';
import { describeVendor } from '../../conformance/vendor';
import { answer } from '../../support/scripted-transport';
import { settingsOf } from '../../support/vendor-settings';
import { deviceRow } from './fixtures';

describeVendor({
  module: rms,
  settings: settingsOf(rms.configuration, { token: 'rms-token' }),
  ids: ['70810', '70811', '70812'],
  access: {
    localId: '70810:2745',
    vendorDeviceId: '70810',
    name: 'Panel',
    protocol: 'HTTPS',
    host: '192.168.1.1',
    port: 443,
  },
  row: (id) => deviceRow({ id: Number(id) }),
  brokenRow: (secret) => ({ ...deviceRow({ name: secret }), id: null }),
  page: (rows, _, total) => ({ success: true, data: rows, meta: { total } }),
  refusal: (text) => ({ success: false, errors: [{ code: 'SOME_CODE', source: null, message: text }] }),
  lookUp: (existing) => () => {
    const data = existing.map((id) => deviceRow({ id: Number(id) }));
    return answer(200, { success: true, data, meta: { total: data.length } });
  },
});
