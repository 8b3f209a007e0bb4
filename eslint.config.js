const { readFileSync } = require('node:fs');
const { buildSubgraphSchema } = require('@apollo/subgraph');
const { configs, parser, processors, rules } = require('@graphql-eslint/eslint-plugin');
const { parse, printSchema } = require('graphql');

/*
 * The rules for the schema and for operations on it: npm run schema:lint. Everything else is held by Biome.
 */
const SCHEMA = 'schema.graphql';
const OPERATIONS = 'examples/{node,web}/**/*.graphql';
/** What the playground opens with. */
const TABS = 'src/server/playground/examples/*.graphql';

/** With the definitions of Federation's directives, which the file only links. */
const schema = printSchema(buildSubgraphSchema(parse(readFileSync(SCHEMA, 'utf8'))));

const languageOptions = { parser, parserOptions: { graphQLConfig: { schema, documents: OPERATIONS } } };
const plugins = { '@graphql-eslint': { processors, rules } };

module.exports = [
  {
    files: [SCHEMA],
    languageOptions,
    plugins,
    rules: {
      ...configs['flat/schema-recommended'].rules,
      ...configs['flat/schema-relay'].rules,
      '@graphql-eslint/no-scalar-result-type-on-mutation': 'error',
      '@graphql-eslint/require-description': [
        'error',
        {
          types: true,
          FieldDefinition: true,
          InputValueDefinition: true,
          EnumValueDefinition: true,
          DirectiveDefinition: true,
        },
      ],
      // Lists go forward only: vendors page by offset, and none of them counts from the end.
      '@graphql-eslint/relay-arguments': ['error', { includeBoth: false }],
      // Short lists that belong to one thing are plain lists, and an entry of the audit log is no Node.
      '@graphql-eslint/relay-edge-types': [
        'error',
        { withEdgeSuffix: true, shouldImplementNode: false, listTypeCanWrapOnlyEdgeType: false },
      ],
      // What can be fetched again has an id; values, and what wraps things, have none.
      '@graphql-eslint/strict-id-in-types': [
        'error',
        {
          acceptedIdNames: ['id'],
          acceptedIdTypes: ['ID'],
          exceptions: {
            suffixes: [
              'Connection',
              'Edge',
              'Payload',
              'Event',
              'Count',
              'Summary',
              'Problem',
              'Status',
              'Quota',
            ],
            types: ['PageInfo', 'VendorAccount', 'Viewer'],
          },
        },
      ],
      // It does not see that a directive is used on the schema itself; a test finds types that nothing leads to.
      '@graphql-eslint/no-unreachable-types': 'off',
    },
  },
  {
    files: [OPERATIONS, TABS],
    languageOptions,
    plugins,
    rules: configs['flat/operations-recommended'].rules,
  },
  {
    files: [TABS],
    languageOptions,
    plugins,
    rules: {
      // They are read by people, and share no cache.
      '@graphql-eslint/require-selections': 'off',
      '@graphql-eslint/unique-operation-name': 'off',
    },
  },
];
