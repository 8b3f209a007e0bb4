import { ask, Launcher } from '../e2e/service-process';
import { SimulatorsProcess } from './simulators-process';

const launcher = new Launcher();

afterEach(() => launcher.cleanUp());

test('a service that is started with the printed lines as its .env reads the simulated fleet', async () => {
  const simulators = await SimulatorsProcess.start(['--devices', '60', '--seed', '7', '--latency', '0']);
  try {
    await simulators.variables();
    const folder = await launcher.folder({ '.env': simulators.stdout });
    const service = await launcher.launch({ folder });
    const answer = await ask(await service.ready(), '{ fleet { totalDevices problems { code } } }');
    expect(answer.data).toEqual({ fleet: { totalDevices: 60, problems: [] } });
    expect(service.lines.map(({ msg }) => msg).join()).not.toContain('simulated');
  } finally {
    expect(await simulators.stop('SIGTERM')).toEqual({ code: 0, signal: null });
  }
}, 120_000);

test.each([
  [['--device', '3'], 'Unknown option'],
  [['--devices', 'many'], '--devices must be a whole number'],
  [['--devices'], 'argument missing'],
  [['--seed=99999999999'], '--seed must be a whole number'],
  [['--latency', '-5'], 'argument is ambiguous'],
  [['fleet'], 'Unexpected argument'],
])('%j ends with exit code 2 and one sentence', async (flags, sentence) => {
  const simulators = await SimulatorsProcess.start(flags);
  expect(await simulators.exit).toEqual({ code: 2, signal: null });
  expect(simulators.stderr).toContain(sentence);
  expect(simulators.stderr).toMatch(/^[^\n]*; for example npm run simulators -- --devices 300 [^\n]*\.\n$/);
  expect(simulators.stdout).toBe('');
});
