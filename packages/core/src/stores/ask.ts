import { answered } from './deadline.ts'
import type { ReplayStore, ReplayVerdict, Revocation, RevocationStore, RevocationVerdict } from './stores.ts'

const yesOrNo = [true, false] as const
const recordings: readonly RevocationVerdict[] = ['recorded', 'full']
const marks: readonly ReplayVerdict[] = ['first', 'repeated', 'full']

/** Whether a token is withdrawn. @throws {Error} (or the promise rejects) when the store fails */
export function isWithdrawn(
  store: RevocationStore,
  { iss, jti }: Pick<Revocation, 'iss' | 'jti'>,
): boolean | Promise<boolean> {
  return answered<boolean>(store.has(iss, jti), yesOrNo)
}

/** Withdraws a token. @throws {Error} (or the promise rejects) when the store fails */
export function withdraw(
  store: RevocationStore,
  revocation: Revocation,
  now: number,
): RevocationVerdict | Promise<RevocationVerdict> {
  return answered(store.add(revocation, now), recordings)
}

/** Whether a signature is new. @throws {Error} (or the promise rejects) when the store fails */
export function markUsed(
  store: ReplayStore,
  ...mark: Parameters<ReplayStore['mark']>
): ReplayVerdict | Promise<ReplayVerdict> {
  return answered(store.mark(...mark), marks)
}
