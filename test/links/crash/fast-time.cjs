/*
 * Loaded before a service that is started as a process: for it, time runs FAST_TIME_SPEED times faster, counted from
 * the instant FAST_TIME_SINCE. What is tried is the service as it was built, in less time.
 */
const speed = Number(process.env.FAST_TIME_SPEED);
const since = Number(process.env.FAST_TIME_SINCE);

const RealDate = Date;
const now = () => Math.floor(since + (RealDate.now() - since) * speed);

globalThis.Date = class extends RealDate {
  constructor(...given) {
    if (given.length === 0) super(now());
    else super(...given);
  }

  static now() {
    return now();
  }
};

const monotonic = performance.now.bind(performance);
performance.now = () => monotonic() * speed;

const { setTimeout: startTimer, setInterval: startInterval } = globalThis;
globalThis.setTimeout = (callback, ms = 0, ...rest) => startTimer(callback, ms / speed, ...rest);
globalThis.setInterval = (callback, ms = 0, ...rest) => startInterval(callback, ms / speed, ...rest);

const abortAfter = AbortSignal.timeout.bind(AbortSignal);
AbortSignal.timeout = (ms) => abortAfter(Math.ceil(ms / speed));
