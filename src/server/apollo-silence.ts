import type { ApolloServerPlugin } from '@apollo/server';
import {
  ApolloServerPluginInlineTraceDisabled,
  ApolloServerPluginSchemaReportingDisabled,
  ApolloServerPluginUsageReportingDisabled,
} from '@apollo/server/plugin/disabled';

/**
 * Apollo Server sends reports about operations and the schema to its maker where the environment holds a key of theirs,
 * and, in a subgraph, how long each field took to whoever asks by a header. Nothing of it happens here: what is measured
 * is in the log, the metrics and the traces, and vendors are the only ones that this process calls.
 */
export function nothingLeavesUnasked(): ApolloServerPlugin[] {
  return [
    ApolloServerPluginUsageReportingDisabled(),
    ApolloServerPluginSchemaReportingDisabled(),
    ApolloServerPluginInlineTraceDisabled(),
  ];
}
