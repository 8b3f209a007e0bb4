import { useGraphiQL, useGraphiQLActions } from '@graphiql/react';
import { useEffect, useRef } from 'react';

/** What stands in the headers editor before anything is typed into it. */
export const HEADERS_HINT = `{
  // Sent with every tab, forgotten when the page closes:
  // "authorization": "Bearer <token>"
}`;

const QUIET_MS = 800;

/**
 * Makes the headers one text for all tabs: GraphiQL keeps them tab by tab, and a token would have to be
 * pasted into each. Reads the schema again when the headers were changed while there was none (it may need the token).
 */
export function SharedHeaders(): null {
  const editor = useGraphiQL((state) => state.headerEditor);
  const hasSchema = useGraphiQL((state) => Boolean(state.schema));
  const { introspect } = useGraphiQLActions();
  const text = useRef(HEADERS_HINT);
  const timer = useRef<ReturnType<typeof setTimeout>>(undefined);

  useEffect(() => {
    const listener = editor?.onDidChangeModelContent((change) => {
      const now = editor.getValue();
      // A flush is a change that nobody typed: another tab, an entry of the history, or the prettifier.
      if (!change.isFlush || isSameButForSpace(now, text.current)) {
        text.current = now;
      } else {
        queueMicrotask(() => editor.setValue(text.current));
      }
      clearTimeout(timer.current);
      if (!hasSchema && !change.isFlush) {
        timer.current = setTimeout(() => void introspect(), QUIET_MS);
      }
    });
    return () => {
      listener?.dispose();
      clearTimeout(timer.current);
    };
  }, [editor, hasSchema, introspect]);

  return null;
}

function isSameButForSpace(one: string, other: string): boolean {
  return one.replaceAll(/\s/g, '') === other.replaceAll(/\s/g, '');
}
