import type { VendorConfiguration } from '../driver';

/** How an RMS account is configured: a personal access token, which no login renews. Source: RMS wiki, link API example. */
export const rmsConfiguration: VendorConfiguration = {
  shorthandKey: 'rms',
  settings: {
    token: { variable: 'RMS_TOKEN', kind: 'secret', example: 'eyJ0eXAiOiJKV1QiLCJhbGciOi…' },
    baseUrl: {
      variable: 'RMS_BASE_URL',
      kind: 'url',
      default: 'https://rms.teltonika-networks.com/api',
      example: 'https://rms.teltonika-networks.com/api',
    },
    statusUrl: {
      variable: 'RMS_STATUS_URL',
      kind: 'url',
      example: 'https://rms.teltonika-networks.com/status',
    },
    monthlyCalls: { variable: 'RMS_MONTHLY_CALLS', kind: 'number', default: 100_000, example: '100000' },
  },
  madeBy: ['token'],
  missing: (present) => (present.has('token') ? undefined : 'token'),
};
