import type { VendorConfiguration } from '../driver';

/**
 * How a remote.it account is configured: a developer key, and either a user to log in with or a token that was made
 * elsewhere. Source: remoteit/docs, api-reference/authentication.md.
 */
export const remoteitConfiguration: VendorConfiguration = {
  shorthandKey: 'remoteit',
  settings: {
    developerKey: {
      variable: 'REMOTEIT_DEVELOPER_KEY',
      kind: 'secret',
      example: 'MjdGQUJGMTgtNTVCRC00NTkw…',
    },
    username: { variable: 'REMOTEIT_USERNAME', kind: 'text', example: 'ops@example.com' },
    password: { variable: 'REMOTEIT_PASSWORD', kind: 'secret', example: 'the password of that user' },
    token: { variable: 'REMOTEIT_TOKEN', kind: 'secret', example: 'a1327b84435481d9048504f0…' },
    baseUrl: {
      variable: 'REMOTEIT_BASE_URL',
      kind: 'url',
      default: 'https://api.remot3.it/apv/v27',
      example: 'https://api.remot3.it/apv/v27',
    },
    defaultIp: {
      variable: 'REMOTEIT_DEFAULT_IP',
      kind: 'address',
      default: '255.255.255.255',
      example: '0.0.0.0',
    },
  },
  madeBy: ['developerKey', 'username', 'password', 'token'],
  missing: (present) => {
    if (!present.has('developerKey')) return 'developerKey';
    if (present.has('token')) return undefined;
    if (!present.has('username')) return present.has('password') ? 'username' : 'token';
    return present.has('password') ? undefined : 'password';
  },
};
