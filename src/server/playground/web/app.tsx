import { examples } from 'drawbridge:examples';
import { GraphiQL, HISTORY_PLUGIN } from 'graphiql';
import { EditorLook } from './editor-look';
import { EXAMPLES_PANEL } from './examples-panel';
import type { createFetcher } from './fetcher';
import type { PlaygroundStorage } from './private-storage';
import { HEADERS_HINT, SharedHeaders } from './shared-headers';

/** What the playground is made of; to be made once, for GraphiQL reads the schema anew with every new fetcher. */
export interface AppProps {
  readonly fetcher: ReturnType<typeof createFetcher>;
  readonly storage: PlaygroundStorage;
  /** The address of the picture in the title bar. */
  readonly icon: string;
}

/** The playground: GraphiQL with the examples as tabs, under a bar that says what this is. */
export function App({ fetcher, storage, icon }: AppProps) {
  return (
    <>
      <TitleBar icon={icon} />
      <GraphiQL
        // Both sides name the same shapes in other words (GraphiQL's are of its own toolkit).
        fetcher={fetcher as Parameters<typeof GraphiQL>[0]['fetcher']}
        storage={storage}
        plugins={PLUGINS}
        defaultTabs={EXAMPLE_TABS}
        defaultQuery=""
        defaultHeaders={HEADERS_HINT}
        defaultEditorToolsVisibility="headers"
        shouldPersistHeaders={false}
      >
        <GraphiQL.Logo>{null}</GraphiQL.Logo>
        <SharedHeaders />
        <EditorLook />
      </GraphiQL>
    </>
  );
}

const PLUGINS = [EXAMPLES_PANEL, HISTORY_PLUGIN];

const EXAMPLE_TABS = examples.map(({ query, variables }) => ({ query, variables, headers: HEADERS_HINT }));

function TitleBar({ icon }: Pick<AppProps, 'icon'>) {
  return (
    <header className="title-bar">
      <img src={icon} alt="" width="28" height="28" />
      <h1>Drawbridge</h1>
      <p>
        One graph into every remote device of the fleet, whoever made it. Each tab is an example: press ▶ to
        run it.
      </p>
      <a href="/schema.graphql">Schema</a>
    </header>
  );
}
