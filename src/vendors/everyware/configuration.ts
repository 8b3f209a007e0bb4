import type { VendorConfiguration } from '../driver';

/**
 * How an Everyware Cloud account is configured: a user or an API key, and the address of the installation, which has
 * no default. Source: Everyware Cloud OpenAPI 6.0.8, POST /authentication/user and /authentication/apikey.
 */
export const everywareConfiguration: VendorConfiguration = {
  shorthandKey: 'everyware',
  settings: {
    username: { variable: 'EVERYWARE_USERNAME', kind: 'text', example: 'drawbridge-reader' },
    password: { variable: 'EVERYWARE_PASSWORD', kind: 'secret', example: 'the password of that user' },
    apiKey: { variable: 'EVERYWARE_API_KEY', kind: 'secret', example: 'z8PEVr4XdBS/KKEKbVG9tJzj6DNN…' },
    baseUrl: {
      variable: 'EVERYWARE_BASE_URL',
      kind: 'url',
      example: 'https://api.everyware.example.com/v1',
    },
    scopeId: { variable: 'EVERYWARE_SCOPE_ID', kind: 'text', default: '_', example: 'QNvLTfKO1hy' },
    vpnBulk: { kind: 'flag', default: false, example: 'true' },
  },
  madeBy: ['username', 'password', 'apiKey'],
  missing: (present) => {
    if (!present.has('apiKey')) {
      if (!present.has('username')) return present.has('password') ? 'username' : 'apiKey';
      if (!present.has('password')) return 'password';
    }
    return present.has('baseUrl') ? undefined : 'baseUrl';
  },
};
