import type { CircuitState } from '../../src/domain/circuit';
import { Circuit, type Verdict } from '../../src/transport/circuit';
import { ManualClock } from '../support/manual-clock';

function setUp(of: 'one' | 'many' = 'one') {
  const clock = new ManualClock();
  const states: CircuitState[] = [];
  let refused = 0;
  const circuit = new Circuit({
    clock,
    of,
    changed: (state) => states.push(state),
    refused: () => {
      refused += 1;
    },
  });
  const call = (verdict: Verdict): void => circuit.enter(false).done(verdict);
  const calls = (verdict: Verdict, count: number): void => {
    for (let nth = 0; nth < count; nth += 1) call(verdict);
  };
  return { clock, circuit, states, call, calls, refused: () => refused };
}

const REFUSAL = expect.objectContaining({ code: 'VENDOR_UNAVAILABLE', unsent: true });

describe('a circuit', () => {
  it('opens with the fifth fault in a row, and then refuses without asking', () => {
    const { circuit, calls, states, refused } = setUp();
    calls('fault', 4);
    expect(circuit.state).toBe('CLOSED');
    calls('fault', 1);
    expect([circuit.state, ...states]).toEqual(['OPEN', 'OPEN']);
    expect(() => circuit.enter(false)).toThrow(REFUSAL);
    expect(() => circuit.check()).toThrow(expect.objectContaining({ retryAfterSeconds: 5 }));
    expect(refused()).toBe(2);
  });

  it('opens within ten calls of a vendor that begins to fail, however well it did before', () => {
    const { circuit, calls, call } = setUp();
    calls('ok', 1000);
    let faults = 0;
    for (; circuit.state === 'CLOSED'; faults += 1) call('fault');
    expect(faults).toBeLessThanOrEqual(10);
  });

  it('stays closed while as many calls go well as fail, and for what says nothing', () => {
    const { circuit, call, calls } = setUp();
    for (let nth = 0; nth < 50; nth += 1) {
      call('fault');
      call('ok');
    }
    calls('neither', 100);
    expect(circuit.state).toBe('CLOSED');
  });

  it('opens after four seconds of nothing but faults, however few, for a vendor that hangs', () => {
    const { circuit, clock, call } = setUp();
    call('ok');
    call('fault');
    clock.advance(3_999);
    call('fault');
    expect(circuit.state).toBe('CLOSED');
    clock.advance(1);
    call('fault');
    expect(circuit.state).toBe('OPEN');
  });

  it('opens with the first call that hung where nothing else was answered, and tries the next at once', () => {
    const { circuit, clock } = setUp();
    const hung = circuit.enter(false);
    clock.advance(5_000);
    hung.done('fault');
    expect(circuit.state).toBe('OPEN');
    const trial = circuit.enter(false);
    expect(() => circuit.check()).toThrow(REFUSAL);
    trial.done('fault');
    expect(() => circuit.check()).toThrow(expect.objectContaining({ retryAfterSeconds: 5 }));
  });

  it('stays closed where one call hung while others were answered', () => {
    const { circuit, clock, call } = setUp();
    const hung = circuit.enter(false);
    clock.advance(4_000);
    call('ok');
    clock.advance(1_000);
    hung.done('fault');
    expect(circuit.state).toBe('CLOSED');
  });

  it('forgets faults that are a minute old', () => {
    const { circuit, clock, call } = setUp();
    for (let nth = 0; nth < 20; nth += 1) {
      call('fault');
      call('ok');
      clock.advance(10_000);
    }
    call('fault');
    clock.advance(60_000);
    call('fault');
    expect(circuit.state).toBe('CLOSED');
  });

  it('lets one call through on trial after its pause, and refuses the others meanwhile', () => {
    const { circuit, clock, calls, states } = setUp();
    calls('fault', 5);
    clock.advance(5_000);
    const trial = circuit.enter(false);
    expect(circuit.state).toBe('HALF_OPEN');
    expect(() => circuit.enter(false)).toThrow(expect.objectContaining({ retryAfterSeconds: 1 }));
    trial.done('ok');
    expect(states).toEqual(['OPEN', 'HALF_OPEN', 'CLOSED']);
    calls('fault', 4);
    expect(circuit.state).toBe('CLOSED');
  });

  it('waits longer after each trial that fails, but never so long that 35 s do not do after its return', () => {
    const { circuit, clock, calls } = setUp();
    calls('fault', 5);
    for (const seconds of [5, 10, 20, 25, 25, 25]) {
      expect(() => circuit.check()).toThrow(expect.objectContaining({ retryAfterSeconds: seconds }));
      clock.advance(seconds * 1000 - 1);
      expect(() => circuit.check()).toThrow(REFUSAL);
      clock.advance(1);
      circuit.enter(false).done('fault');
    }
  });

  it('gives the place of a trial that told nothing to the next call', () => {
    const { circuit, clock, calls } = setUp();
    calls('fault', 5);
    clock.advance(5_000);
    circuit.enter(false).done('neither');
    expect(circuit.state).toBe('OPEN');
    circuit.enter(false).done('ok');
    expect(circuit.state).toBe('CLOSED');
  });

  it('lets through at any time what is urgent, which is a trial then', () => {
    const { circuit, calls } = setUp();
    calls('fault', 5);
    circuit.enter(true).done('fault');
    expect(circuit.state).toBe('OPEN');
    const first = circuit.enter(true);
    const second = circuit.enter(true);
    second.done('ok');
    first.done('fault');
    expect(circuit.state).toBe('CLOSED');
  });

  it('takes no notice of calls from before it opened', () => {
    const { circuit, clock, calls } = setUp();
    const late = [circuit.enter(false), circuit.enter(false), circuit.enter(false)];
    calls('fault', 5);
    clock.advance(5_000);
    circuit.enter(false).done('ok');
    for (const pass of late) pass.done('fault');
    calls('fault', 4);
    expect(circuit.state).toBe('CLOSED');
  });

  it('is neither opened nor held open by a wall clock that jumps', () => {
    const { circuit, clock, calls } = setUp();
    calls('fault', 5);
    jest.spyOn(Date, 'now').mockReturnValue(0);
    clock.advance(5_000);
    circuit.enter(false).done('ok');
    expect(circuit.state).toBe('CLOSED');
    jest.restoreAllMocks();
  });
});

describe('a circuit of many devices', () => {
  it('does not open for a few of them that hang, however long', () => {
    const { circuit, clock, call } = setUp('many');
    for (let nth = 0; nth < 30; nth += 1) {
      call('fault');
      call('ok');
      call('ok');
      clock.advance(5_000);
    }
    call('fault');
    clock.advance(10_000);
    call('fault');
    expect(circuit.state).toBe('CLOSED');
  });

  it('asks all of them again after a pause, for one says nothing of the others', () => {
    const { circuit, clock, calls } = setUp('many');
    calls('fault', 5);
    expect(circuit.state).toBe('OPEN');
    clock.advance(15_000);
    const passes = Array.from({ length: 20 }, () => circuit.enter(false));
    expect(passes).toHaveLength(20);
    expect(circuit.state).toBe('CLOSED');
  });
});
