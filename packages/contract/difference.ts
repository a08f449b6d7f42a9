import type { AdapterName } from './adapters/adapter.ts'

/** Where hosts answer differently, and why that is so. Whatever is not listed here is the same on all. */
export interface Difference {
  readonly on: readonly AdapterName[]
  /** The cases, by what they say before their ids. */
  readonly cases: readonly string[]
  /** What comes back there; left out where only lines differ. */
  readonly outcome?: string
  /** Names of lines that are missing there. */
  readonly without?: readonly string[]
  /** Lines that are there in addition. */
  readonly additional?: readonly string[]
  readonly because: string
}
