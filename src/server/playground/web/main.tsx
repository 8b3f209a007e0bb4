import 'graphiql/style.css';
import './playground.css';
import { createRoot } from 'react-dom/client';
import { App } from './app';
import { createFetcher } from './fetcher';
import { createMemoryStore, openPrivateStorage } from './private-storage';

/** The page's entry: everything it needs to know stands in data attributes of the one element in the page. */
function openPlayground(root: HTMLElement): void {
  const { endpoint = '', subscriptionEndpoint = '', icon = '' } = root.dataset;
  const fetcher = createFetcher({ endpoint, subscriptionEndpoint }, window.location.href);
  Object.assign(globalThis, { MonacoEnvironment: { getWorker: createWorkerFactory(root.dataset) } });
  createRoot(root).render(<App fetcher={fetcher} storage={openStorage()} icon={icon} />);
}

/** Gives the code editor its workers: files of this origin, where it would make blob: URLs. */
function createWorkerFactory({ editorWorker = '', jsonWorker = '', graphqlWorker = '' }: DOMStringMap) {
  const special: Readonly<Record<string, string>> = { json: jsonWorker, graphql: graphqlWorker };
  return (_: string, label: string) =>
    new Worker(special[label] ?? editorWorker, { type: 'module', name: label });
}

/** In memory only where the browser forbids more, as with all cookies blocked. */
function openStorage() {
  try {
    return openPrivateStorage(window.localStorage);
  } catch {
    return openPrivateStorage(createMemoryStore());
  }
}

const root = document.getElementById('playground');
if (root) {
  openPlayground(root);
}
