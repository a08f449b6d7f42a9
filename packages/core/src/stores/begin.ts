import type { MayWait } from './store-kind.ts'

/**
 * Starts a call whose answer is evaluated later, or not at all. A rejection is handled at once, since an unhandled one
 * terminates the process.
 * @returns a function that returns the answer, or throws the error
 */
export function begin<T>(call: () => MayWait<T>): () => MayWait<T> {
  try {
    const answer = call()
    if (answer instanceof Promise) answer.catch(() => undefined)
    return () => answer
  } catch (fault) {
    return () => {
      throw fault
    }
  }
}
