import { parse } from 'yaml';
import { openMetrics } from '../../src/telemetry/metrics';
import { vendors } from '../../src/vendors';
import { ACTION_NAMES, type ActionCall, type ActionName } from '../../src/vendors/catalogue';
import { panelExpressions } from '../deploy/panels';
import { settingsOf } from '../support/vendor-settings';
import { codes, readPage, rows } from './markdown';

const RULES = 'deploy/prometheus/alerts.yaml';

interface Rule {
  readonly alert: string;
  readonly expr: string;
  readonly annotations: { readonly runbook: string };
}

const { groups }: { readonly groups: readonly { readonly rules: readonly Rule[] }[] } = parse(
  readPage(RULES),
);
const rules = groups.flatMap((group) => group.rules);
const dashboard = readPage('deploy/grafana/dashboard.json');
const page = readPage('docs/operations.md');

/** Every metric that the service has, by each name under which it can be asked, with its labels. */
async function seriesOf(): Promise<ReadonlyMap<string, readonly string[]>> {
  const metrics = openMetrics();
  const account = 'rms';
  const instant = new Date(0);
  metrics.operation({ type: 'query', outcome: 'ok', durationMs: 1 });
  metrics.vendorCall({ account, route: 'GET /devices', outcome: 'ok', durationMs: 1 });
  metrics.cacheRead({ account, kind: 'devices', result: 'hit' });
  metrics.droppedRow(account, 'device');
  metrics.activeSubscriptions(1);
  metrics.accountHealthy(account, true);
  metrics.openSockets(1);
  metrics.socketClosed(1000);
  metrics.polled(account, 'sessions');
  metrics.eventLate(1);
  metrics.circuit(account, 'OPEN');
  metrics.vendorCallRefused(account, 'circuit');
  metrics.allowance({ account, limit: 1, used: 1, remaining: 0, resetsAt: instant, exhaustedAt: instant });
  const found = new Map<string, readonly string[]>();
  for (const line of (await metrics.text()).split('\n')) {
    const [, name, labels = ''] = /^(drawbridge_\w+)(?:\{(.*)\})? /.exec(line) ?? [];
    if (name === undefined || found.has(name)) continue;
    found.set(
      name,
      [...labels.matchAll(/(\w+)="/g)].flatMap(([, label = '']) => (label === 'le' ? [] : [label])),
    );
  }
  return found;
}

/** What a label can say, where that is a closed list of which expressions name some. */
const SAYS: Readonly<Record<string, readonly string[]>> = {
  outcome: ['ok', 'partial', 'failed', 'refused', 'abandoned', 'http_4xx', 'http_5xx'],
  state: ['CLOSED', 'OPEN', 'HALF_OPEN'],
  operation_type: ['query', 'mutation', 'subscription'],
  result: ['hit', 'shared'],
};

const expressions = [...rules.map(({ expr }) => expr), ...panelExpressions(dashboard)];

test('every metric that an alert or a panel asks for exists, with the labels that it names', async () => {
  const known = await seriesOf();
  expect(expressions.length).toBeGreaterThan(20);
  for (const expression of expressions) {
    const asked = expression.match(/drawbridge_\w+/g) ?? [];
    const labels = new Set(
      asked.flatMap((name) => {
        const own = known.get(name);
        if (own === undefined) throw new Error(`${name} does not exist: ${expression}`);
        return own;
      }),
    );
    for (const [, list = ''] of expression.matchAll(/by \(([^)]*)\)/g)) {
      for (const label of list.split(',').map((one) => one.trim())) {
        if (label !== 'le')
          expect([expression, [...labels]]).toEqual([expression, expect.arrayContaining([label])]);
      }
    }
  }
});

test('a label that an alert or a panel chooses by is one of its metric, and can say that', async () => {
  const known = await seriesOf();
  let chosen = 0;
  for (const expression of expressions) {
    for (const [, name = '', list = ''] of expression.matchAll(/(drawbridge_\w+)\{([^}]*)\}/g)) {
      for (const [, label = '', text = ''] of list.matchAll(/(\w+)(?:=|!=|=~|!~)"([^"]*)"/g)) {
        expect([expression, known.get(name)]).toEqual([expression, expect.arrayContaining([label])]);
        for (const word of text.split('|'))
          expect([expression, SAYS[label]]).toEqual([expression, expect.arrayContaining([word])]);
        chosen += 1;
      }
    }
  }
  expect(chosen).toBeGreaterThan(5);
});

test('every metric of the service is on the page, with its labels, and no other', async () => {
  const [, table = ''] = /<!-- metrics -->([\s\S]*)<!-- \/metrics -->/.exec(page) ?? [];
  const told = new Map(
    rows(table)
      .slice(1)
      .map(([name = '', labels = '']) => [codes(name)[0], codes(labels)]),
  );
  const own = [...(await seriesOf())]
    .filter(([name]) => !/^drawbridge_(process|nodejs)_|_(sum|count)$/.test(name))
    .map(([name, labels]) => [name.replace(/_bucket$/, ''), labels]);
  expect([...told].sort()).toEqual(own.sort());
});

test('every alert has its section, which says what to do, and no section is without an alert', () => {
  const [, alerts = ''] = page.split('\n## Alerts\n');
  const [section = ''] = alerts.split('\n## ');
  const headings = [...section.matchAll(/^### (\w+)$/gm)].map(([, name]) => name);
  expect(headings).toEqual(rules.map(({ alert }) => alert));
  for (const { alert, annotations } of rules) {
    expect(annotations.runbook).toBe(`docs/operations.md#${alert.toLowerCase()}`);
  }
});

describe('what actions cost, in docs/freshness-and-cost.md', () => {
  const NAMES: Readonly<Record<string, ActionName>> = {
    'create a remote access': 'createAccess',
    'update a remote access': 'updateAccess',
    'delete a remote access': 'removeAccess',
    'open a link': 'openLink',
    'close a link': 'closeLink',
    'connect a VPN': 'connectVpn',
    'disconnect a VPN': 'disconnectVpn',
  };
  const [, table = ''] =
    /<!-- actions -->([\s\S]*)<!-- \/actions -->/.exec(readPage('docs/freshness-and-cost.md')) ?? [];
  const [head = [], ...told] = rows(table);

  test('is what the vendors’ folders say', () => {
    const modules = Object.values(vendors);
    expect(head.slice(1)).toEqual(modules.map(({ title }) => title));
    expect(told.map(([name = '']) => NAMES[name])).toEqual([...ACTION_NAMES]);
    for (const [name = '', ...costs] of told) {
      const action = NAMES[name];
      if (action === undefined) throw new Error(name);
      const declared = modules.map((module) => {
        const settings = settingsOf(module.configuration, { baseUrl: 'http://127.0.0.1', scopeId: '_' });
        const driver = module.createDriver(settings, {
          transport: { send: () => Promise.reject(new Error('nobody is called')) },
          dropped: () => {},
          now: () => 0,
        });
        for (const { operation } of driver.actionCosts?.[action] ?? []) {
          expect(Object.keys(module.catalogue)).toContain(operation);
        }
        return rangeOf(driver.actionCosts?.[action]);
      });
      expect([name, ...costs]).toEqual([name, ...declared]);
    }
  });

  function rangeOf(calls: readonly ActionCall[] | undefined): string {
    if (calls === undefined) return '';
    const least = calls.reduce((sum, call) => sum + call.least, 0);
    const most = calls.reduce((sum, call) => sum + call.most, 0);
    return least === most ? String(least) : `${least} to ${most}`;
  }
});
