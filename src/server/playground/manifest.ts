import { z } from 'zod';

/** The file of a built playground that says what is in it. */
export const MANIFEST_FILE = 'manifest.json';

const manifestSchema = z.object({
  /** What the files were built from; another stamp means that they have to be built anew. */
  stamp: z.string(),
  /** Names within the folder, every one with the hash of its content in it. */
  files: z.array(z.string()),
  /** Which of the files the page names. */
  entries: z.object({
    script: z.string(),
    style: z.string(),
    icon: z.string(),
    editorWorker: z.string(),
    jsonWorker: z.string(),
    graphqlWorker: z.string(),
  }),
});

/** What a folder with a built playground holds. */
export type Manifest = z.infer<typeof manifestSchema>;

/** @throws where the text is no manifest of this version. */
export function parseManifest(text: string): Manifest {
  return manifestSchema.parse(JSON.parse(text));
}
