import { type KeyObject, verify } from 'node:crypto'

export interface Signed {
  readonly message: Buffer
  readonly signature: Buffer
}

/** Somewhere to verify. */
export interface Place {
  readonly name: string
  verify(signed: Signed): boolean | Promise<boolean>
  stop?(): unknown
}

export function inPlace(key: KeyObject): Place {
  return {
    name: 'in place',
    verify: ({ message, signature }) => verify(null, message, key, signature),
  }
}

export function threadPool(key: KeyObject): Place {
  return { name: 'thread pool', verify: (signed) => verifyInPool(key, signed) }
}

/** At most `most` are with `other`; beyond that this thread verifies itself instead of waiting. */
export function sharedWith(other: Place, key: KeyObject, most: number): Place {
  let there = 0
  const left = (): void => {
    there--
  }
  return {
    ...other,
    name: `${other.name} for at most ${most}, in place beyond`,
    verify(signed) {
      if (there >= most) return verify(null, signed.message, key, signed.signature)
      there++
      const verdict = other.verify(signed) as Promise<boolean>
      verdict.then(left, left)
      return verdict
    },
  }
}

/**
 * All are with `other`, but while `least` are there, this thread verifies one in each turn of the event loop itself. So
 * `other` always has something to do, and this thread helps without holding up the loop by more than one verification.
 */
export function helping(other: Place, key: KeyObject, least: number): Place {
  let there = 0
  let helped = false
  const left = (): void => {
    there--
  }
  const endTurn = (): void => {
    helped = false
  }
  return {
    ...other,
    name: `${other.name}, one a turn in place while ${least} are there`,
    verify(signed) {
      if (there >= least && !helped) {
        helped = true
        setImmediate(endTurn)
        return verify(null, signed.message, key, signed.signature)
      }
      there++
      const verdict = other.verify(signed) as Promise<boolean>
      verdict.then(left, left)
      return verdict
    },
  }
}

function verifyInPool(key: KeyObject, { message, signature }: Signed): Promise<boolean> {
  return new Promise((resolve, reject) => {
    verify(null, message, key, signature, (error, valid) => (error ? reject(error) : resolve(valid)))
  })
}
