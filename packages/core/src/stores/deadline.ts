/** Milliseconds that a store may take; then it counts as failed, and the request is refused with 503. */
const deadline = 1000

/**
 * What a store answers, within the deadline and among the answers it may give: whatever else comes is no answer, and
 * nothing is let through on it. A store of this process answers at once and costs nothing here.
 *
 * @throws {Error} (or the promise rejects) for a store that fails
 */
export function answered<T>(answer: T | PromiseLike<T>, isKnown: (answer: T) => boolean): T | Promise<T> {
  if (!isThenable(answer)) return known(answer, isKnown)
  return new Promise<T>((resolve, reject) => {
    const timer = setTimeout(() => reject(new Error('a store did not answer')), deadline)
    Promise.resolve(answer)
      .then((late) => resolve(known(late, isKnown)))
      .catch(reject)
      .finally(() => clearTimeout(timer))
  })
}

/** Promises of other realms and libraries wait like those of this one. */
function isThenable<T>(answer: T | PromiseLike<T>): answer is PromiseLike<T> {
  return (
    typeof answer === 'object' && answer !== null && typeof (answer as { then?: unknown }).then === 'function'
  )
}

function known<T>(answer: T, isKnown: (answer: T) => boolean): T {
  if (isKnown(answer)) return answer
  throw new Error('a store answered what its contract does not know')
}
