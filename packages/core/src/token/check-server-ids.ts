import { quoted } from '../wire/quoted.ts'
import { isServerId, serverIdRemedy } from './identifiers.ts'

/** For options. @throws {TypeError} that names the option, the value and what to do about it */
export function checkServerId(value: unknown, option: string): asserts value is string {
  if (!isServerId(value))
    throw new TypeError(
      `"${option}" is ${quoted(value)}, which is not a server identifier: ${serverIdRemedy(value)}`,
    )
}

/** For options that are lists. @throws {TypeError} that names the option, the value and what to do about it */
export function checkServerIds(values: unknown, option: string): asserts values is readonly string[] {
  if (!Array.isArray(values))
    throw new TypeError(`"${option}" is ${quoted(values)}: write a list of server identifiers`)
  for (const value of values) {
    if (!isServerId(value))
      throw new TypeError(
        `"${option}" contains ${quoted(value)}, which is not a server identifier: ${serverIdRemedy(value)}`,
      )
  }
}
