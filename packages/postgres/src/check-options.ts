import type { PostgresLimits, PostgresOptions } from './options.ts'

/** Limits of each kind, for the functions of the migration. */
export type KindLimits = Readonly<Record<keyof PostgresLimits, Limits>>

interface Limits {
  readonly max: number
  readonly maxPerIssuer: number
  readonly maxPerKey?: number
}

const thousand = 1000
const million = 1_000_000

/** @throws {TypeError} for an option of the wrong type or value */
export function checkOptions(options: PostgresOptions): {
  readonly schema: string
  readonly limits: KindLimits
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
  const { replays, revocations, tombstones, links, statuses } = limits
  return {
    schema,
    limits: {
      replays: {
        max: atLeastOne('replays.max', replays?.max, 100 * thousand),
        maxPerIssuer: atLeastOne('replays.maxPerIssuer', replays?.maxPerIssuer, million),
        maxPerKey: atLeastOne('replays.maxPerKey', replays?.maxPerKey, 20 * thousand),
      },
      revocations: {
        max: atLeastOne('revocations.max', revocations?.max, 100 * thousand),
        maxPerIssuer: atLeastOne('revocations.maxPerIssuer', revocations?.maxPerIssuer, 100 * thousand),
      },
      tombstones: {
        max: atLeastOne('tombstones.max', tombstones?.max, 100 * thousand),
        maxPerIssuer: atLeastOne('tombstones.maxPerServer', tombstones?.maxPerServer, million),
      },
      links: {
        max: atLeastOne('links.max', links?.max, 100 * thousand),
        maxPerIssuer: atLeastOne('links.maxPerIssuer', links?.maxPerIssuer, million),
      },
      statuses: {
        max: atLeastOne('statuses.max', statuses?.max, 100 * thousand),
        maxPerIssuer: atLeastOne('statuses.maxPerServer', statuses?.maxPerServer, million),
      },
    },
  }
}

function atLeastOne(name: string, given: number | undefined, usual: number): number {
  if (given === undefined) return usual
  if (Number.isSafeInteger(given) && given > 0) return given
  throw new TypeError(`"limits.${name}" is ${String(given)}: write a whole number from 1`)
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
