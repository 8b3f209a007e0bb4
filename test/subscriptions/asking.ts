import { addRouter, countCalls } from '../links/asking';
import type { Following, TestGraph } from '../support/graph';

export const FOLLOW = `subscription ($sessions: [ID!], $devices: [ID!], $marks: [Int!] = [300, 60]) {
  sessionExpiry(sessionIds: $sessions, deviceIds: $devices, warnAtSeconds: $marks) {
    type secondsRemaining at session { id status url expiresAt }
  }
}`;

export interface Told {
  readonly sessionExpiry: {
    readonly type: string;
    readonly secondsRemaining: number | null;
    readonly at: string;
    readonly session: {
      readonly id: string;
      readonly status: string;
      readonly url: string | null;
      readonly expiresAt: string | null;
    };
  };
}

/** A link that was made at RMS, not by the graph. */
export interface StrangeLink {
  readonly id: string;
  readonly device: string;
  readonly deviceId: number;
  readonly accessId: number;
  readonly sessionId: number;
}

/** Makes links at RMS, one for each of so many new devices. The graph does not know them. */
export function addLinks({ clock, simulators }: TestGraph, count: number, seconds: number): StrangeLink[] {
  const now = Math.floor(clock.now() / 1000);
  return Array.from({ length: count }, () => {
    const router = addRouter(simulators);
    const { id: sessionId } = simulators.rms.state.addSession({
      accessId: router.accessId,
      startTime: now,
      endTime: now + seconds,
    });
    const id = `rms:session:${router.deviceId}:${router.accessId}:${sessionId}`;
    return { id, sessionId, ...router };
  });
}

/** Reads every device with its links: from then on the graph knows them. */
export async function learnLinks(graph: TestGraph): Promise<void> {
  const answer = await graph.run('{ devices(first: 500) { nodes { sessions { id } } } }');
  if (answer.errors !== undefined) throw new Error(JSON.stringify(answer.errors));
}

export function follow(
  graph: TestGraph,
  variables: Readonly<Record<string, unknown>> = {},
): Promise<Following<Told>> {
  return graph.follow<Told>(FOLLOW, { variables });
}

/** What has come since, each as its type and its link. */
export async function told(events: Following<Told>): Promise<readonly string[]> {
  return (await events.settled()).map(({ sessionExpiry: { type, session } }) => `${type} ${session.id}`);
}

/** The vendor calls that something costs. */
export async function costOf(graph: TestGraph, work: () => Promise<unknown>): Promise<number> {
  const before = countCalls(graph.simulators);
  await work();
  return countCalls(graph.simulators) - before;
}
