import type { VendorModule } from '../driver';
import { RMS_CAPABILITIES } from './capabilities';
import { rmsCatalogue } from './catalogue';
import { rmsConfiguration } from './configuration';
import { createRmsDriver } from './driver';

/** Teltonika RMS: routers and gateways, reached through RMS Connect links. */
export const rms: VendorModule = {
  vendor: 'TELTONIKA_RMS',
  title: 'Teltonika RMS',
  catalogue: rmsCatalogue,
  configuration: rmsConfiguration,
  capabilities: RMS_CAPABILITIES,
  createAuthenticator: (settings) => {
    const headers = { authorization: `Bearer ${settings.text('token')}` };
    // A personal access token cannot be renewed by the program: only its owner can make another.
    return { headers: async () => headers, renew: async () => false };
  },
  statusUrl: (settings) =>
    settings.optional('statusUrl') ?? new URL('/status', settings.text('baseUrl')).toString(),
  createDriver: (_, tools) => createRmsDriver(tools),
  isUnauthorized: (response) => response.status === 401,
};
