import { assert } from '../assert/assert.ts'
import { assertKnownMembers } from '../assert/known-members.ts'
import { ownMembers } from '../assert/own-members.ts'
import { checkClock } from '../resource/check-clock.ts'
import { quoted } from '../wire/quoted.ts'
import { AssertionRefusedError } from './assertion-refused-error.ts'

/** Remembers which assertions were used. Implement it on a store if several processes serve one upstream. */
export interface AssertionMemory {
  /**
   * Remembers an assertion.
   *
   * @param jti unique for each assertion; 1 to 128 characters
   * @param until NumericDate, seconds: from then on nobody accepts it
   * @returns `true` if it was not known; anything else refuses the request
   */
  remember(jti: string, until: number): boolean | Promise<boolean>
}

/** Options of {@link createAssertionMemory}. */
export interface AssertionMemoryOptions {
  /** How many assertions are remembered at the same time, 1 to 10 000 000. Default 100 000. */
  readonly entries?: number
  /** Seconds since 1970. Default the clock of the system. */
  readonly now?: () => number
}

/**
 * Makes a memory of used assertions for one process. An assertion is remembered until it expires. Only assertions of the
 * gateway get in, so nobody else can fill it. If it is full, further requests are refused with `memory_full`, since a used
 * assertion must not be forgotten: allow 35 entries for each request per second.
 *
 * @throws {TypeError} naming the option that is wrong
 */
export function createAssertionMemory(given: AssertionMemoryOptions = {}): AssertionMemory {
  assertKnownMembers(given, ['entries', 'now'], 'createAssertionMemory')
  const { entries = 100_000, now = () => Date.now() / 1000 } = ownMembers(given)
  assert(
    Number.isInteger(entries) && entries >= 1 && entries <= 10_000_000,
    `"entries" is ${quoted(entries)}: write an integer from 1 to 10000000`,
  )
  const clock = checkClock(now)
  // In the order in which they came, which is nearly that in which they expire.
  const known = new Map<string, number>()
  return Object.freeze({
    remember(jti: string, until: number): boolean {
      const time = clock()
      for (const [oldest, end] of known) {
        if (end > time) break
        known.delete(oldest)
      }
      if (known.has(jti)) return false
      if (known.size >= entries)
        throw new AssertionRefusedError(
          'memory_full',
          `${entries} assertions are remembered already: raise "entries" of createAssertionMemory`,
        )
      known.set(jti, until)
      return true
    },
  })
}
