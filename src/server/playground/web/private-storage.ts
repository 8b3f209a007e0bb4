/** The part of localStorage that is used here. */
export interface KeyValueStore {
  readonly length: number;
  key(index: number): string | null;
  getItem(key: string): string | null;
  setItem(key: string, value: string): void;
  removeItem(key: string): void;
}

/** What GraphiQL takes as its storage. */
export interface PlaygroundStorage {
  readonly length: number;
  getItem(key: string): string | null;
  setItem(key: string, value: string): void;
  removeItem(key: string): void;
  clear(): void;
}

/**
 * A storage for GraphiQL that never keeps request headers, for they hold the caller's token.
 *
 * GraphiQL's `shouldPersistHeaders` covers its tabs only: its history writes the headers of every operation that
 * was run (@graphiql/plugin-history 0.4, `addToHistory`). So they are taken out here, at the one way to the store.
 */
export function openPrivateStorage(store: KeyValueStore): PlaygroundStorage {
  const ownKeys = () =>
    Array.from({ length: store.length }, (_, index) => store.key(index)).filter(
      (key): key is string => key?.startsWith(PREFIX) ?? false,
    );
  return {
    get length() {
      return ownKeys().length;
    },
    getItem: (key) => store.getItem(PREFIX + key),
    setItem: (key, value) => {
      if (!key.endsWith(':headers')) {
        store.setItem(PREFIX + key, PLAIN_TEXT.test(key) ? value : withoutHeaders(value));
      }
    },
    removeItem: (key) => store.removeItem(PREFIX + key),
    clear: () => {
      for (const key of ownKeys()) {
        store.removeItem(key);
      }
    },
  };
}

/** A store that is gone with the page. */
export function createMemoryStore(): KeyValueStore {
  const entries = new Map<string, string>();
  return {
    get length() {
      return entries.size;
    },
    key: (index) => [...entries.keys()][index] ?? null,
    getItem: (key) => entries.get(key) ?? null,
    setItem: (key, value) => void entries.set(key, value),
    removeItem: (key) => void entries.delete(key),
  };
}

const PREFIX = 'drawbridge:';
// What the caller typed into the editors, kept as it is. Everything else is JSON that GraphiQL made.
const PLAIN_TEXT = /:(query|variables)$/;

function withoutHeaders(value: string): string {
  if (!value.includes('"headers"')) {
    return value;
  }
  // Null, not absent: GraphiQL throws away stored tabs that lack the field.
  return JSON.stringify(JSON.parse(value), (key, part: unknown) => (key === 'headers' ? null : part));
}
