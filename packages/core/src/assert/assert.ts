/** For options: what does not mean what was written fails at start-up. @throws {TypeError} */
export function assert(condition: boolean, message: string): asserts condition {
  if (!condition) throw new TypeError(message)
}
