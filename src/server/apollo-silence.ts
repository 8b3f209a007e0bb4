import type { ApolloServerPlugin } from '@apollo/server';
import {
  ApolloServerPluginSchemaReportingDisabled,
  ApolloServerPluginUsageReportingDisabled,
} from '@apollo/server/plugin/disabled';

/**
 * Apollo Server sends reports about operations and the schema to its maker where the environment holds a key of theirs.
 * Nothing of it happens here: what is measured is in the log, the metrics and the traces.
 */
export function nothingLeavesUnasked(): ApolloServerPlugin[] {
  return [ApolloServerPluginUsageReportingDisabled(), ApolloServerPluginSchemaReportingDisabled()];
}
