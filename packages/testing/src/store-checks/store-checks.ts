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
const lookalikes: readonly (readonly [Pair, Pair])[] = [
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
export function assertEqual(found: unknown, wanted: unknown, rule: string): void {
  const [seen, right] = [JSON.stringify(found), JSON.stringify(wanted)]
  if (seen !== right) throw new Error(`${rule}: expected ${right}, found ${seen}`)
}

export function count<T>(found: readonly T[], wanted: T): number {
  return found.filter((one) => one === wanted).length
}

export function numbered(length: number, prefix: string): string[] {
  return Array.from({ length }, (_, index) => `${prefix}${index}`)
}

/** One part of a store's contract. Rejects where the store breaks it. */
export type Proof<Subject> = (subject: Subject) => Promise<void>

/**
 * Makes checks of proofs, and one more of each two keys that only a careless store takes for one.
 * @param makeSubject a store for one check, and what the proofs need beside it
 */
export function checksOf<Subject>(
  proofs: Readonly<Record<string, Proof<Subject>>>,
  tellsApart: (subject: Subject, one: Pair, other: Pair) => Promise<void>,
  makeSubject: () => Promise<Subject>,
): readonly StoreCheck[] {
  const check = (name: string, prove: Proof<Subject>): StoreCheck => ({
    name,
    run: () => proveInTime(prove, makeSubject),
  })
  const alike = lookalikes.map(([one, other]) => {
    const name = `tells ${JSON.stringify(one)} from ${JSON.stringify(other)}`.slice(0, 120)
    return check(name, (subject) => tellsApart(subject, one, other))
  })
  return [...Object.entries(proofs).map(([name, prove]) => check(name, prove)), ...alike]
}

/** How often a check is repeated because the clock of its store went past a second meanwhile. */
const maxAttempts = 10

/** Thrown where the clock of a store went on before the check could ask what it wanted to. */
class ClockPassedError extends Error {}

/**
 * Ends a proof without a result, and starts it again, if the clock of the store has reached a second. Called after an
 * answer that holds before that second only. The clock of a real server goes on while a check runs.
 */
export async function assertClockBefore(
  { clock }: { readonly clock: () => Promise<number> },
  second: number,
): Promise<void> {
  if ((await clock()) >= second) throw new ClockPassedError(`the clock of the store reached ${second}`)
}

async function proveInTime<Subject>(
  prove: Proof<Subject>,
  makeSubject: () => Promise<Subject>,
): Promise<void> {
  for (let attempt = 1; ; attempt += 1) {
    try {
      return await prove(await makeSubject())
    } catch (fault) {
      if (!(fault instanceof ClockPassedError) || attempt === maxAttempts) throw fault
    }
  }
}
