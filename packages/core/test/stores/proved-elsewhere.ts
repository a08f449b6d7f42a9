/** Checks that every kind of store has, or that concern messages. Each of them fails in a test of its own. */
export const sharedChecks = [
  'declares a freshness of 0 to 500 ms, if any',
  'reads the clock of the store, if it reads one',
  'reads a clock that goes on, if it reads one',
]

/** Whether another test proves that the check of this name can fail. */
export function isProvedElsewhere(name: string): boolean {
  return sharedChecks.includes(name) || name.startsWith('tells a listener')
}
