import { answered } from './deadline.ts'
import type {
  ReplayMark,
  ReplayStore,
  ReplayVerdict,
  Revocation,
  RevocationStore,
  RevocationVerdict,
  Tombstone,
  TombstoneStore,
  TombstoneVerdict,
} from './stores.ts'

const isYesOrNo = (answer: boolean): boolean => answer === true || answer === false
const isRecording = (answer: RevocationVerdict): boolean => answer === 'recorded' || answer === 'full'
const isMark = (answer: ReplayVerdict): boolean =>
  answer === 'first' || answer === 'repeated' || answer === 'full' || answer === 'unknown'

/** Whether a token is withdrawn. @throws {AAuthError} `server_error` (or the promise rejects) when the store fails */
export function isWithdrawn(
  store: RevocationStore,
  { iss, jti }: Pick<Revocation, 'iss' | 'jti'>,
): boolean | Promise<boolean> {
  return answered<boolean>(store, '"stores.revocations"', () => store.has(iss, jti), isYesOrNo)
}

/** Withdraws a token. @throws {AAuthError} `server_error` (or the promise rejects) when the store fails */
export function withdraw(
  store: RevocationStore,
  revocation: Revocation,
  now: number,
): RevocationVerdict | Promise<RevocationVerdict> {
  return answered(store, '"stores.revocations"', () => store.add(revocation, now), isRecording)
}

/** Whether a signature is new. @throws {AAuthError} `server_error` (or the promise rejects) when the store fails */
export function markUsed(store: ReplayStore, mark: ReplayMark): ReplayVerdict | Promise<ReplayVerdict> {
  return answered(store, '"stores.replays"', () => store.mark(mark), isMark)
}

/** The end of a mission, if it has ended. @throws {AAuthError} `server_error` (or the promise rejects) when the store fails */
export function findTombstone(
  store: TombstoneStore,
  { approver, s256 }: Pick<Tombstone, 'approver' | 's256'>,
): Tombstone | 'full' | undefined | Promise<Tombstone | 'full' | undefined> {
  return answered<Tombstone | 'full' | undefined>(
    store,
    '"stores.tombstones"',
    () => store.find(approver, s256),
    (answer) =>
      answer === undefined ||
      answer === 'full' ||
      (typeof answer === 'object' && answer?.approver === approver && answer.s256 === s256),
  )
}

/** Records the end of a mission. @throws {AAuthError} `server_error` (or the promise rejects) when the store fails */
export function addTombstone(
  store: TombstoneStore,
  tombstone: Tombstone,
): TombstoneVerdict | Promise<TombstoneVerdict> {
  return answered(store, '"stores.tombstones"', () => store.add(tombstone), isRecording)
}
