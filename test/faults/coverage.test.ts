import { vendors } from '../../src/vendors';
import { routeOf } from '../../src/vendors/catalogue';
import { READ_ENDPOINTS } from './endpoints';
import { LOGIN_ENDPOINTS, RENEWAL_ROUTE } from './login-endpoints';
import { CHANNEL_ROUTE, WRITE_ENDPOINTS } from './write-endpoints';

test('every endpoint of every vendor is held against every kind of broken answer', () => {
  const tables = [...READ_ENDPOINTS, ...WRITE_ENDPOINTS, ...LOGIN_ENDPOINTS];
  // The status URL is an address of its own, whose path the catalogue does not tell.
  const tested = new Set([
    ...tables.map(({ route }) => route),
    RENEWAL_ROUTE,
    CHANNEL_ROUTE.replace('/status', ''),
  ]);
  const routes = Object.values(vendors).flatMap(({ catalogue }) => Object.values(catalogue).map(routeOf));
  expect([...tested].sort()).toEqual([...new Set(routes)].sort());
});
