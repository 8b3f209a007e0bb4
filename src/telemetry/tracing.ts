import { AsyncLocalStorage } from 'node:async_hooks';
import type { Span, SpanContext } from '@opentelemetry/api';

/** One operation of the graph, once it is known: what stands in its span. */
export interface TracedOperation {
  readonly type: string;
  /** Null where it has none. */
  readonly name: string | null;
  /** `ok`, `partial`, `failed` or `refused`. */
  readonly outcome: string;
}

/** One try of a vendor call that is over. */
export interface TracedCall {
  readonly account: string;
  /** Method and path template of the vendor's catalogue: no id is ever in it. */
  readonly route: string;
  /** Which try of the call it was, from 1. */
  readonly attempt: number;
  readonly outcome: string;
  readonly durationMs: number;
}

/** Spans of operations and of their vendor calls. No argument, id of a link or credential is in one. */
export interface Tracing {
  /** Runs an operation in a span of its own; `traceparent` is the header of a caller that traces too. */
  operation<T>(traceparent: string | undefined, work: () => Promise<T>): Promise<T>;
  /** Tells what the operation that runs turned out to be. */
  describe(operation: TracedOperation): void;
  /** A try of a vendor call that just ended, in the operation that runs. */
  vendorCall(call: TracedCall): void;
  /** Sends what is left. */
  close(): Promise<void>;
}

/** Traces nothing, at no cost. */
export const NO_TRACING: Tracing = {
  operation: (_, work) => work(),
  describe: () => {},
  vendorCall: () => {},
  close: async () => {},
};

/** An end of the service waits no longer for its last spans. */
const EXPORT_TIMEOUT_MS = 2000;

/** Traces to a collector that speaks OTLP over HTTP. `endpoint` is its base URL, as OTEL_EXPORTER_OTLP_ENDPOINT names it. */
export async function openTracing(endpoint: string): Promise<Tracing> {
  // Loaded only here: who does not trace does not pay for it.
  const { ROOT_CONTEXT, SpanKind, SpanStatusCode, trace } = await import('@opentelemetry/api');
  const { OTLPTraceExporter } = await import('@opentelemetry/exporter-trace-otlp-http');
  const { resourceFromAttributes } = await import('@opentelemetry/resources');
  const { BatchSpanProcessor, NodeTracerProvider } = await import('@opentelemetry/sdk-trace-node');
  const { ATTR_SERVICE_NAME } = await import('@opentelemetry/semantic-conventions');
  const url = `${endpoint.replace(/\/+$/, '')}/v1/traces`;
  const provider = new NodeTracerProvider({
    resource: resourceFromAttributes({ [ATTR_SERVICE_NAME]: 'drawbridge' }),
    spanProcessors: [
      new BatchSpanProcessor(new OTLPTraceExporter({ url, timeoutMillis: EXPORT_TIMEOUT_MS })),
    ],
  });
  const tracer = provider.getTracer('drawbridge');
  const running = new AsyncLocalStorage<Span>();
  return {
    async operation(traceparent, work) {
      const parent = readTraceparent(traceparent);
      const context = parent === undefined ? ROOT_CONTEXT : trace.setSpanContext(ROOT_CONTEXT, parent);
      const span = tracer.startSpan('graphql', { kind: SpanKind.SERVER }, context);
      try {
        return await running.run(span, work);
      } finally {
        span.end();
      }
    },
    describe({ type, name, outcome }) {
      const span = running.getStore();
      if (span === undefined) return;
      span.updateName(`graphql ${type}`);
      span.setAttributes({
        'graphql.operation.type': type,
        ...(name === null ? {} : { 'graphql.operation.name': name }),
        'drawbridge.outcome': outcome,
      });
      if (outcome !== 'ok') span.setStatus({ code: SpanStatusCode.ERROR });
    },
    vendorCall({ account, route, attempt, outcome, durationMs }) {
      const parent = running.getStore();
      const context = parent === undefined ? ROOT_CONTEXT : trace.setSpan(ROOT_CONTEXT, parent);
      const startTime = performance.timeOrigin + performance.now() - durationMs;
      const attributes = {
        'drawbridge.account': account,
        'drawbridge.route': route,
        'drawbridge.attempt': attempt,
        'drawbridge.outcome': outcome,
      };
      const options = { kind: SpanKind.CLIENT, startTime, attributes };
      const span = tracer.startSpan(`vendor ${route}`, options, context);
      if (outcome !== 'ok') span.setStatus({ code: SpanStatusCode.ERROR });
      span.end();
    },
    // A collector that is away must not keep the service from ending.
    close: () => provider.shutdown().catch(() => undefined),
  };
}

/** The caller's span, by the header of W3C Trace Context; what is no such header starts a trace of its own. */
function readTraceparent(header: string | undefined): SpanContext | undefined {
  const [, traceId, spanId, flags] =
    /^[\da-f]{2}-([\da-f]{32})-([\da-f]{16})-([\da-f]{2})$/.exec(header ?? '') ?? [];
  if (traceId === undefined || spanId === undefined || flags === undefined) return undefined;
  return { traceId, spanId, traceFlags: Number.parseInt(flags, 16), isRemote: true };
}
