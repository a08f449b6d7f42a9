import type { HeaderLine } from './answer.ts'

/** One request of the doctor. */
export interface Probe {
  readonly method?: 'GET' | 'HEAD'
  /** Path and query; default those of the URL. */
  readonly target?: string
  readonly lines?: readonly HeaderLine[]
}
