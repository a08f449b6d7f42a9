import { answered } from './checked-call.ts'
import type {
  FoundRevocation,
  ReplayMark,
  ReplayStore,
  ReplayVerdict,
  Revocation,
  RevocationEntry,
  RevocationStore,
  RevocationVerdict,
  Tombstone,
  TombstoneEntry,
  TombstoneStore,
  TombstoneVerdict,
} from './stores.ts'

/** A last purge that is not a time would be ignored without any error. */
const isFound = (answer: FoundRevocation): boolean =>
  typeof answer === 'object' &&
  answer !== null &&
  (answer.revoked === true || answer.revoked === false) &&
  (answer.purgedAt === undefined || Number.isFinite(answer.purgedAt))
const isRecording = (answer: RevocationVerdict): boolean => answer === 'recorded' || answer === 'full'
const isMark = (answer: ReplayVerdict): boolean =>
  answer === 'first' || answer === 'repeated' || answer === 'full' || answer === 'unknown'

/** What is known about a token. @throws {AAuthError} `server_error` (or the promise rejects) when the store fails */
export function findRevocation(
  store: RevocationStore,
  { iss, jti }: Pick<Revocation, 'iss' | 'jti'>,
): FoundRevocation | Promise<FoundRevocation> {
  return answered<FoundRevocation>(store, '"stores.revocations"', () => store.find({ iss, jti }), isFound)
}

/** Records a revocation. @throws {AAuthError} `server_error` (or the promise rejects) when the store fails */
export function addRevocation(
  store: RevocationStore,
  entry: RevocationEntry,
): RevocationVerdict | Promise<RevocationVerdict> {
  return answered(store, '"stores.revocations"', () => store.add(entry), isRecording)
}

/** Records a purge. @throws {AAuthError} `server_error` (or the promise rejects) when the store fails */
export function addPurge(
  store: RevocationStore,
  issuer: Parameters<RevocationStore['purge']>[0],
): number | Promise<number> {
  return answered<number>(store, '"stores.revocations"', () => store.purge(issuer), Number.isFinite)
}

/** Whether a signature is new. @throws {AAuthError} `server_error` (or the promise rejects) when the store fails */
export function markUsed(store: ReplayStore, mark: ReplayMark): ReplayVerdict | Promise<ReplayVerdict> {
  return answered(store, '"stores.replays"', () => store.mark(mark), isMark)
}

/** The tombstone of a mission, if it was terminated. @throws {AAuthError} `server_error` (or the promise rejects) when the store fails */
export function findTombstone(
  store: TombstoneStore,
  { approver, s256 }: Pick<Tombstone, 'approver' | 's256'>,
  listed: boolean,
): Tombstone | 'full' | undefined | Promise<Tombstone | 'full' | undefined> {
  return answered<Tombstone | 'full' | undefined>(
    store,
    '"stores.tombstones"',
    () => store.find({ approver, s256, listed }),
    (answer) =>
      answer === undefined ||
      answer === 'full' ||
      (typeof answer === 'object' && answer?.approver === approver && answer.s256 === s256),
  )
}

/** Records the termination of a mission. @throws {AAuthError} `server_error` (or the promise rejects) when the store fails */
export function addTombstone(
  store: TombstoneStore,
  entry: TombstoneEntry,
): TombstoneVerdict | Promise<TombstoneVerdict> {
  return answered(store, '"stores.tombstones"', () => store.add(entry), isRecording)
}
