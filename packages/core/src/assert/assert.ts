/**
 * Checks an option, so that a mistake fails at start-up.
 * @throws {TypeError} with `message`, unless `condition` holds
 */
export function assert(condition: boolean, message: string): asserts condition {
  if (!condition) throw new TypeError(message)
}
