declare module '*.css';

/** Filled by the build with what ../examples holds. */
declare module 'drawbridge:examples' {
  export interface Example {
    readonly name: string;
    readonly title: string;
    readonly description: string;
    readonly query: string;
    readonly variables: string;
  }

  /** The example operations, in the order of their files. */
  export const examples: readonly Example[];
}
