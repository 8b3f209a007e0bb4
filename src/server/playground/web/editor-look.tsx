import { useGraphiQL } from '@graphiql/react';
import { useEffect } from 'react';

const OPTIONS = { fontSize: 13, wordWrap: 'on', wrappingIndent: 'indent' } as const;

/** Gives the editors a size at which an example and its answer can be seen whole. */
export function EditorLook(): null {
  const query = useGraphiQL((state) => state.queryEditor);
  const variables = useGraphiQL((state) => state.variableEditor);
  const headers = useGraphiQL((state) => state.headerEditor);
  const response = useGraphiQL((state) => state.responseEditor);
  useEffect(() => {
    for (const editor of [query, variables, headers, response]) {
      editor?.updateOptions(OPTIONS);
    }
  }, [query, variables, headers, response]);
  return null;
}
