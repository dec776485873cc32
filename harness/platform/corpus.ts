/**
 * The order corpus. Bodies are made once as templates by faker and patched per event by seed and index, so that any part of
 * the harness, in any thread or process, can say what event i looked like without storing it.
 */
export interface CorpusSettings {
  seed: number
  shops: readonly string[]
  topics: readonly string[]
}
