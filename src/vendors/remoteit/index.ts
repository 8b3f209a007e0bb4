import type { VendorModule } from '../driver';
import { createRemoteitAuthenticator } from './authenticator';
import { PORT_SERVICE } from './capabilities';
import { remoteitCatalogue } from './catalogue';
import { remoteitConfiguration } from './configuration';
import { createRemoteitDriver } from './driver';
import { isUnauthorized } from './errors';

/** remote.it: services behind NAT, reached through a proxy that is opened for each connection. */
export const remoteit: VendorModule = {
  vendor: 'REMOTE_IT',
  title: 'remote.it',
  catalogue: remoteitCatalogue,
  configuration: remoteitConfiguration,
  capabilities: PORT_SERVICE,
  createAuthenticator: createRemoteitAuthenticator,
  createDriver: createRemoteitDriver,
  isUnauthorized,
};
