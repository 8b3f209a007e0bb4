const { createHash } = require('node:crypto');
const { addTypenameSelectionDocumentTransform } = require('@graphql-codegen/client-preset');
const { print } = require('graphql');

/*
 * What frontend teams install: types and typed documents for the operations of the examples. scripts/build-client.js
 * makes a package of it, with the list of those operations by hash: npm run codegen.
 */

/** @type {import('@graphql-codegen/cli').CodegenConfig} */
module.exports = {
  schema: 'schema.graphql',
  documents: ['examples/{node,web}/**/*.graphql'],
  generates: {
    'dist/client/source/': {
      preset: 'client',
      // A client's cache wants to know the type of everything.
      documentTransforms: [addTypenameSelectionDocumentTransform],
      presetConfig: {
        fragmentMasking: false,
        // The hash of the very text that Apollo Client and urql send: `__meta__.hash` of each document.
        onExecutableDocumentNode: (document) => ({
          hash: createHash('sha256').update(print(document)).digest('hex'),
        }),
      },
      config: {
        avoidOptionals: { field: true },
        enumsAsTypes: true,
        strictScalars: true,
        useTypeImports: true,
        scalars: { DateTime: 'string', ID: 'string' },
      },
    },
  },
};
