import { remoteit } from '../../../src/vendors/remoteit/index';
import { describeVendor } from '../../conformance/vendor';
import { settingsOf } from '../../support/vendor-settings';
import { deviceRow, listBody, refusalBody } from './fixtures';

describeVendor({
  module: remoteit,
  settings: settingsOf(remoteit.configuration, { developerKey: 'a-key', token: 'a-token' }),
  ids: ['80:00:00:80:01:00:01:25', '80:00:00:3f:ae:00:00:11', '80:00:00:00:00:00:00:91'],
  access: {
    localId: '80:00:00:80:01:00:01:25',
    vendorDeviceId: '80:00:00:80:01:00:01:25',
    name: 'Shell',
    protocol: 'SSH',
    host: null,
    port: null,
  },
  row: (id) => deviceRow({ deviceaddress: id }),
  brokenRow: (secret) => ({ ...deviceRow({ devicealias: secret }), deviceaddress: null }),
  page: (rows) => listBody(rows),
  refusal: (text) => refusalBody(`[0999] ${text}`),
});
