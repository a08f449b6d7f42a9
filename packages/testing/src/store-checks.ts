/** One proof of a store's contract, for any test runner: `it(name, run)`. */
export interface StoreCheck {
  readonly name: string
  /** Rejects with what was found and what the contract says. */
  readonly run: () => Promise<void>
}

/** What the checks need beside the store. */
export interface StoreCheckOptions<Store> {
  /** The same state as another process of the fleet sees it. Without it the checks use one handle. */
  readonly peer?: (store: Store) => Store | Promise<Store>
}

/**
 * The clock by which a store judges. Checks that advance it must run one after the other.
 */
export interface StoreClock {
  /** Seconds since 1970, by the clock of the store; default the system's. */
  readonly now?: () => number | Promise<number>
  /** Sets the clock of the store forward by a whole number of seconds. Without it the checks that need it are left out. */
  readonly advance?: (seconds: number) => void | Promise<void>
}

export type Pair = readonly [scope: string, name: string]

/** Pairs of keys that only a store which joins, folds, cuts or looks up carelessly takes for one. */
export const lookalikes: readonly (readonly [Pair, Pair])[] = [
  ...[' ', ':', '|', '/', '#', ',', '.', '-', '_', '::', '\n', '\0', '"', '{', '}'].map(
    (delimiter): readonly [Pair, Pair] => [
      ['https://a.example', `b${delimiter}c`],
      [`https://a.example${delimiter}b`, 'c'],
    ],
  ),
  [
    ['https://a.example', 'Token'],
    ['https://a.example', 'token'],
  ],
  [
    ['https://a.example', 'token '],
    ['https://a.example', 'token'],
  ],
  [
    ['https://a.example', '*'],
    ['https://a.example', 'token'],
  ],
  [
    ['https://a.example', '\u00e9'],
    ['https://a.example', 'e\u0301'],
  ],
  [
    ['https://a.example', `${'x'.repeat(255)}1`],
    ['https://a.example', `${'x'.repeat(255)}2`],
  ],
  [
    ['https://a.example', '1'],
    ['https://a.example', '01'],
  ],
  [
    ['https://a.example', '__proto__'],
    ['https://a.example', 'constructor'],
  ],
  [
    ['__proto__', 'toString'],
    ['constructor', 'toString'],
  ],
]

/** @throws {Error} unless what was found is what the contract says */
export function demand(found: unknown, wanted: unknown, rule: string): void {
  const [seen, right] = [JSON.stringify(found), JSON.stringify(wanted)]
  if (seen !== right) throw new Error(`${rule}: expected ${right}, found ${seen}`)
}

/** The second the checks begin at: the system's, so that stores with a clock of their own agree. */
export function begin(): number {
  return Math.floor(Date.now() / 1000)
}

export function count<T>(found: readonly T[], wanted: T): number {
  return found.filter((one) => one === wanted).length
}

export function numbered(length: number, prefix: string): string[] {
  return Array.from({ length }, (_, index) => `${prefix}${index}`)
}
