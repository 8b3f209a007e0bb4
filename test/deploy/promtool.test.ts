import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { stringify } from 'yaml';
import { PROJECT, readPage } from '../docs/markdown';
import { panelExpressions } from './panels';

/*
 * What Prometheus itself says of the alert rules and of the dashboard, where its promtool is installed.
 */

const promtool = (...args: readonly string[]): string =>
  execFileSync('promtool', args, { encoding: 'utf8', stdio: ['ignore', 'pipe', 'pipe'] });

const withPromtool = isInstalled() ? test : test.skip;

withPromtool('promtool takes the rules', () => {
  const rules = path.join(PROJECT, 'deploy/prometheus/alerts.yaml');
  expect(promtool('check', 'rules', rules)).toMatch(/SUCCESS: \d+ rules found/);
});

withPromtool('each alert fires for what it is there for, and for nothing else', () => {
  const file = path.join(__dirname, 'alert-rules.yaml');
  expect(promtool('test', 'rules', file)).toContain('SUCCESS');
});

withPromtool('promtool takes what the panels of the dashboard ask for', () => {
  const panels = panelExpressions(readPage('deploy/grafana/dashboard.json'));
  const rules = panels.map((expr, nth) => ({ record: `panel_${nth}`, expr }));
  const folder = mkdtempSync(path.join(tmpdir(), 'drawbridge-panels-'));
  try {
    const file = path.join(folder, 'panels.yaml');
    writeFileSync(file, stringify({ groups: [{ name: 'panels', rules }] }));
    expect(promtool('check', 'rules', file)).toContain(`SUCCESS: ${panels.length} rules found`);
  } finally {
    rmSync(folder, { recursive: true });
  }
});

test('every alert is fired in a test of its own', () => {
  const alerts = [...readPage('deploy/prometheus/alerts.yaml').matchAll(/alert: (\w+)/g)].map(
    ([, name]) => name,
  );
  const tests = readPage('test/deploy/alert-rules.yaml');
  const fired = [...tests.matchAll(/alertname: (\w+)\n\s*exp_alerts:\n/g)].map(([, name]) => name);
  expect(fired).toEqual(alerts);
});

function isInstalled(): boolean {
  try {
    promtool('--version');
    return true;
  } catch {
    return false;
  }
}
