import { EventEmitter } from 'node:events';
import type { Duplex } from 'node:stream';
import type { WebSocket } from 'ws';
import { CallerWatch } from '../../src/server/caller-watch';
import { Heartbeat } from '../../src/server/heartbeat';
import { LiveSocket } from '../../src/server/live-socket';
import { ManualClock } from '../support/manual-clock';

/** A WebSocket over a network that takes what a test lets it take. */
class FakePeer extends EventEmitter {
  readonly OPEN = 1;
  readyState = 1;
  readonly protocol = 'graphql-transport-ws';
  readonly sent: string[] = [];
  readonly done: string[] = [];
  readonly stream = Object.assign(new EventEmitter(), {
    writableNeedDrain: false,
    writableLength: 0,
    bytesWritten: 0,
  });

  send(message: string): void {
    this.sent.push(message);
  }

  ping(): void {
    this.done.push('ping');
  }

  close(code: number): void {
    this.readyState = 2;
    this.done.push(`close ${code}`);
  }

  terminate(): void {
    this.done.push('terminate');
  }

  /** From now on the network takes nothing more. */
  block(): void {
    Object.assign(this.stream, { writableNeedDrain: true, writableLength: 100, bytesWritten: 100 });
  }

  /** It takes everything again. */
  unblock(): void {
    Object.assign(this.stream, { writableNeedDrain: false, writableLength: 0 });
    this.stream.emit('drain');
  }
}

let clock: ManualClock;
let peer: FakePeer;
let socket: LiveSocket;

beforeEach(() => {
  clock = new ManualClock();
  peer = new FakePeer();
  const rights = { now: () => undefined, onChange: () => {} };
  socket = new LiveSocket(peer as unknown as WebSocket, peer.stream as unknown as Duplex, {
    clock,
    heartbeat: new Heartbeat(clock),
    callers: new CallerWatch(clock, rights),
    surprised: () => {},
  });
  socket.begin();
});

afterEach(() => socket.closed());

describe('what is sent', () => {
  test('waits while the network takes nothing, and so does whoever sends it', async () => {
    peer.block();
    const sent = jest.fn();
    const sending = [socket.send('first').then(sent), socket.send('second').then(sent)];
    await new Promise((resolve) => setImmediate(resolve));
    expect(sent).not.toHaveBeenCalled();
    expect(peer.sent).toEqual([]);
    peer.unblock();
    await Promise.all(sending);
    expect(peer.sent).toEqual(['first', 'second']);
  });

  test('is bounded: a peer for which 250 messages wait is closed with 1013', () => {
    peer.block();
    for (let message = 0; message < 250; message += 1) void socket.send('message');
    expect(peer.done).toEqual([]);
    void socket.send('one more');
    expect(peer.done).toEqual(['close 1013']);
  });

  test('is dropped once the socket is closed', async () => {
    peer.block();
    const sending = socket.send('late');
    peer.readyState = 3;
    peer.stream.emit('close');
    await sending;
    expect(peer.sent).toEqual([]);
  });
});

describe('every 20 s a peer is looked at', () => {
  const beat = (): void => clock.advance(20_000);

  test('one that answers is asked again and again', () => {
    for (let time = 0; time < 3; time += 1) {
      beat();
      peer.emit('pong');
    }
    expect(peer.done).toEqual(['ping', 'ping', 'ping']);
  });

  test('one that sends something is there too', () => {
    socket.onMessage(async () => {});
    beat();
    peer.emit('message', '{"type":"ping"}');
    beat();
    expect(peer.done).toEqual(['ping', 'ping']);
  });

  test('one that answers nothing is let go', () => {
    beat();
    beat();
    expect(peer.done).toEqual(['ping', 'terminate']);
  });

  test('one that takes nothing is closed with 1013', () => {
    peer.block();
    beat();
    beat();
    expect(peer.done).toEqual(['ping', 'close 1013']);
  });

  test('one that takes a little, however slowly, stays', () => {
    peer.block();
    beat();
    peer.stream.writableLength -= 1;
    beat();
    expect(peer.done).toEqual(['ping', 'ping']);
  });

  test('one that is closed is not looked at, and no timer is left', () => {
    socket.closed();
    beat();
    expect(peer.done).toEqual([]);
    expect(clock.waiting).toBe(0);
  });
});
