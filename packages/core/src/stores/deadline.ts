/** Milliseconds that a store may take; then it counts as failed, and the request is refused with 503. */
const deadline = 1000

/** What a store answers, within the deadline. A store of this process answers at once and costs nothing here. */
export function answered<T>(answer: T | Promise<T>): T | Promise<T> {
  if (!(answer instanceof Promise)) return answer
  return new Promise((resolve, reject) => {
    const timer = setTimeout(() => reject(new Error('a store did not answer')), deadline)
    answer.then(resolve, reject).finally(() => clearTimeout(timer))
  })
}
