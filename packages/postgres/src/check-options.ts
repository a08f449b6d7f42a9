import { checkLimits } from './limits.ts'
import type { PostgresStoresOptions } from './options.ts'

/** @throws {TypeError} for an option of the wrong type or value */
export function checkOptions(options: PostgresStoresOptions): {
  readonly schema: string
  readonly limits: ReturnType<typeof checkLimits>
} {
  const { query, listen, schema = 'aauth', whenEmpty = 'refuse', limits = {} } = options
  if (typeof query !== 'function')
    throw new TypeError('"query" is not a function: write (text, values) => pool.query(text, values)')
  if (listen !== undefined && typeof listen !== 'function')
    throw new TypeError('"listen" is not a function: leave it out, or see the README for one')
  if (!isSchemaName(schema))
    throw new TypeError(
      `"schema" is ${JSON.stringify(schema)}: write 1 to 40 lower case letters, digits and "_", no digit first`,
    )
  if (whenEmpty !== 'refuse' && whenEmpty !== 'begin')
    throw new TypeError(`"whenEmpty" is ${JSON.stringify(whenEmpty)}: write "refuse" or "begin"`)
  return { schema, limits: checkLimits(limits) }
}

/** Such a name means the same with and without quotation marks, also as part of the name of a channel. */
function isSchemaName(name: unknown): name is string {
  const letters = 'abcdefghijklmnopqrstuvwxyz_'
  return (
    typeof name === 'string' &&
    name.length <= 40 &&
    letters.includes(name.charAt(0)) &&
    name !== '' &&
    [...name].every((character) => `${letters}0123456789`.includes(character))
  )
}
