import { assert } from '../assert/assert.ts'

/** The end of the year 9999. A clock in milliseconds is far beyond it. */
const lastSecond = 253_402_300_799

/**
 * A clock that returns an invalid time makes requests fail instead of accepting all of them. A clock in milliseconds is
 * refused when the resource is made. If the clock throws at that point it is not checked, since some clocks can be
 * read only during a request.
 */
export function checkClock(now: () => number): () => number {
  let first = 0
  try {
    first = now()
  } catch {}
  assert(!(Number.isFinite(first) && first > lastSecond), inMilliseconds(first))
  return () => {
    const seconds = Math.floor(now())
    if (!Number.isSafeInteger(seconds) || seconds < 0)
      throw new Error(
        '"now" returned a value that is not a time: return seconds since 1970, such as Date.now() / 1000',
      )
    if (seconds > lastSecond) throw new Error(inMilliseconds(seconds))
    return seconds
  }
}

function inMilliseconds(time: number): string {
  return `"now" returned ${time}, which is not in seconds: divide Date.now() by 1000`
}
