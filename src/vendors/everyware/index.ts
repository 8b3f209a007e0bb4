import type { VendorModule } from '../driver';
import { createEverywareAuthenticator } from './authenticator';
import { WITH_VPN_CLIENT } from './capabilities';
import { everywareCatalogue } from './catalogue';
import { everywareConfiguration } from './configuration';
import { createEverywareDriver } from './driver';

/** Everyware Cloud: gateways of a scope, reached through a VPN that is brought up on demand. */
export const everyware: VendorModule = {
  vendor: 'EVERYWARE',
  title: 'Everyware Cloud',
  catalogue: everywareCatalogue,
  configuration: everywareConfiguration,
  capabilities: WITH_VPN_CLIENT,
  createAuthenticator: createEverywareAuthenticator,
  createDriver: createEverywareDriver,
  isUnauthorized: (response) => response.status === 401,
};
