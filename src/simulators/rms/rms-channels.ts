import type { Prng } from '../prng';
import type { Answer } from '../route';
import type { RmsKnobs } from './rms-knobs';
import type { RmsState } from './rms-state';

/** The key of what concerns no device. */
export const NO_DEVICE = '-1';

/** How an asynchronous write ended for one device. */
export type RmsOutcome =
  | { readonly ok: true; readonly value: string; readonly link?: string }
  | { readonly ok: false; readonly value: string; readonly code: number };

/** The work of one asynchronous write for one device; `key` is the device's id as text. */
export interface RmsWork {
  readonly key: string;
  readonly run: () => RmsOutcome;
}

interface Channel {
  readonly openedAt: number;
  readonly doneAt: number;
  /** The outcomes by key, growing as the work is done. */
  readonly outcomes: Map<string, RmsOutcome[]>;
  readonly keys: readonly string[];
  polls: number;
}

/** The status channels through which RMS tells how its asynchronous writes go. */
export class RmsChannels {
  readonly #channels = new Map<string, Channel>();

  constructor(
    private readonly parts: { readonly state: RmsState; readonly knobs: RmsKnobs; readonly prng: Prng },
  ) {}

  /** Takes on the work and answers with its channel. Source: RMS OpenAPI 3.0.0, inline_response_200_2. */
  open(status: 200 | 201, works: readonly RmsWork[]): Answer {
    const { state, knobs, prng } = this.parts;
    this.#forgetOld();
    const now = state.now();
    const name = `private-status.1.${prng.text('abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789', 64)}`;
    const channel: Channel = {
      openedAt: now,
      doneAt: now + knobs.channelDelayMs,
      outcomes: new Map(),
      keys: [...new Set(works.map((work) => work.key))],
      polls: 0,
    };
    this.#channels.set(name, channel);
    state.later(channel.doneAt, () => {
      for (const work of works) {
        const outcomes = channel.outcomes.get(work.key) ?? [];
        channel.outcomes.set(work.key, [...outcomes, work.run()]);
      }
    });
    return { status, json: { success: true, meta: { channel: name } } };
  }

  /** Answers a poll: too early, then entries that grow until the last one tells the end. */
  answer(name: string): Answer {
    const { state, knobs } = this.parts;
    state.settle();
    const channel = this.#channels.get(name);
    if (channel === undefined || state.now() - channel.openedAt > knobs.channelLifetimeMs)
      return this.#notFound();
    channel.polls += 1;
    if (channel.polls <= knobs.channelNotFoundPolls) return this.#notFound();
    const shown = this.#progress(channel);
    const data = Object.fromEntries(channel.keys.map((key) => [key, this.#entries(channel, key, shown)]));
    return { status: 200, json: { data } };
  }

  /** How many entries are visible; one more than `channelSteps` is all. */
  #progress(channel: Channel): number {
    const { state, knobs } = this.parts;
    const all = knobs.channelSteps + 1;
    const span = channel.doneAt - channel.openedAt;
    if (span <= 0) return Math.min(all, channel.polls - knobs.channelNotFoundPolls);
    return Math.min(all, Math.floor(((state.now() - channel.openedAt) / span) * all));
  }

  #entries(channel: Channel, key: string, shown: number): readonly unknown[] {
    const { channelSteps } = this.parts.knobs;
    const steps = Array.from({ length: Math.min(shown, channelSteps) }, (_, index) => ({
      status: 'pending',
      value: index === 0 ? 'Request sent to the device' : 'Waiting for the device',
      progress: { value: index + 1, total: channelSteps + 1 },
    }));
    if (shown <= channelSteps) return steps;
    return [...steps, ...(channel.outcomes.get(key) ?? []).map((outcome) => this.#lastEntry(outcome))];
  }

  #lastEntry(outcome: RmsOutcome): unknown {
    const { channelErrorField } = this.parts.knobs;
    if (outcome.ok) {
      const { value, link } = outcome;
      return link === undefined ? { status: 'completed', value } : { status: 'completed', value, link };
    }
    const entry = { status: 'error', value: outcome.value };
    return channelErrorField === 'none' ? entry : { ...entry, [channelErrorField]: outcome.code };
  }

  /** Flat, unlike every other error of the vendor; seen by public clients right after a write. */
  #notFound(): Answer {
    return this.parts.knobs.channelNotFoundAs === 'text'
      ? { status: 404, headers: { 'content-type': 'text/plain' }, text: 'CHANNEL_NOT_FOUND' }
      : { status: 404, json: { code: 'CHANNEL_NOT_FOUND' } };
  }

  #forgetOld(): void {
    const oldest = this.parts.state.now() - this.parts.knobs.channelLifetimeMs;
    for (const [name, channel] of this.#channels) {
      if (channel.openedAt >= oldest) return;
      this.#channels.delete(name);
    }
  }
}
