import { openMetrics } from '../../src/telemetry/metrics';

/** The samples of one metric, in its text. */
async function samples(metrics: { text(): Promise<string> }, name: string): Promise<readonly string[]> {
  const lines = (await metrics.text()).split('\n');
  return lines.filter((line) => line.startsWith(`${name}{`) || line.startsWith(`${name} `));
}

describe('metrics', () => {
  it('have the prefix drawbridge_, every one, those of the process too', async () => {
    const text = await openMetrics().text();
    const names = text
      .split('\n')
      .filter((line) => line.startsWith('# TYPE '))
      .map((line) => line.split(' ')[2]);
    expect(names.length).toBeGreaterThan(10);
    expect(names.filter((name) => name?.startsWith('drawbridge_') !== true)).toEqual([]);
    expect(names).toContain('drawbridge_process_cpu_seconds_total');
    expect(names).toContain('drawbridge_vendor_calls_total');
  });

  it('are Prometheus text by their content type', () => {
    expect(openMetrics().contentType).toMatch(/^text\/plain; version=0\.0\.4/);
  });

  it('count operations by type and outcome, and time them in seconds', async () => {
    const metrics = openMetrics();
    metrics.operation({ type: 'query', outcome: 'ok', durationMs: 20 });
    metrics.operation({ type: 'query', outcome: 'partial', durationMs: 30 });
    metrics.operation({ type: 'mutation', outcome: 'failed', durationMs: 500 });
    expect(await samples(metrics, 'drawbridge_operations_total')).toEqual([
      'drawbridge_operations_total{operation_type="query",outcome="ok"} 1',
      'drawbridge_operations_total{operation_type="query",outcome="partial"} 1',
      'drawbridge_operations_total{operation_type="mutation",outcome="failed"} 1',
    ]);
    expect(await samples(metrics, 'drawbridge_operation_duration_seconds_sum')).toEqual([
      'drawbridge_operation_duration_seconds_sum{operation_type="query"} 0.05',
      'drawbridge_operation_duration_seconds_sum{operation_type="mutation"} 0.5',
    ]);
  });

  it('count vendor calls by account, route and outcome', async () => {
    const metrics = openMetrics();
    const call = { account: 'rms', route: 'GET /devices', durationMs: 100 };
    metrics.vendorCall({ ...call, outcome: 'ok' });
    metrics.vendorCall({ ...call, outcome: 'http_5xx' });
    expect(await samples(metrics, 'drawbridge_vendor_calls_total')).toEqual([
      'drawbridge_vendor_calls_total{account="rms",route="GET /devices",outcome="ok"} 1',
      'drawbridge_vendor_calls_total{account="rms",route="GET /devices",outcome="http_5xx"} 1',
    ]);
    expect(await samples(metrics, 'drawbridge_vendor_call_duration_seconds_count')).toEqual([
      'drawbridge_vendor_call_duration_seconds_count{account="rms",route="GET /devices"} 2',
    ]);
  });

  it('count cache reads one at a time or many at once', async () => {
    const metrics = openMetrics();
    metrics.cacheRead({ account: 'rms', kind: 'devices', result: 'hit' });
    metrics.cacheRead({ account: 'rms', kind: 'devices', result: 'hit' }, 99);
    metrics.cacheRead({ account: 'rms', kind: 'vpn', result: 'miss' }, 2);
    expect(await samples(metrics, 'drawbridge_cache_reads_total')).toEqual([
      'drawbridge_cache_reads_total{account="rms",kind="devices",result="hit"} 100',
      'drawbridge_cache_reads_total{account="rms",kind="vpn",result="miss"} 2',
    ]);
  });

  it('count rows that were dropped, and tell how accounts are', async () => {
    const metrics = openMetrics();
    metrics.droppedRow('rms', 'device');
    metrics.accountHealthy('rms', true);
    metrics.accountHealthy('lab', false);
    expect(await samples(metrics, 'drawbridge_vendor_rows_dropped_total')).toEqual([
      'drawbridge_vendor_rows_dropped_total{account="rms",what="device"} 1',
    ]);
    expect(await samples(metrics, 'drawbridge_account_healthy')).toEqual([
      'drawbridge_account_healthy{account="rms"} 1',
      'drawbridge_account_healthy{account="lab"} 0',
    ]);
  });

  it('export the number of subscriptions from the first moment on', async () => {
    const metrics = openMetrics();
    expect(await samples(metrics, 'drawbridge_active_subscriptions')).toEqual([
      'drawbridge_active_subscriptions 0',
    ]);
    metrics.activeSubscriptions(3);
    expect(await samples(metrics, 'drawbridge_active_subscriptions')).toEqual([
      'drawbridge_active_subscriptions 3',
    ]);
  });

  it("are each service's own", async () => {
    const [one, other] = [openMetrics(), openMetrics()];
    one.droppedRow('rms', 'device');
    expect(await samples(other, 'drawbridge_vendor_rows_dropped_total')).toEqual([]);
  });
});
