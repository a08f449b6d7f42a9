import { type LinkStore, linkKind } from './link-store.ts'
import { type RecordStore, recordKind } from './record-store.ts'
import { type ReplayStore, replayKind } from './replay-store.ts'
import { type RevocationStore, revocationKind } from './revocation-store.ts'
import { type StatusStore, statusKind } from './status-store.ts'
import type { SharedKind, StoreKind } from './store-kind.ts'
import { type TombstoneStore, tombstoneKind } from './tombstone-store.ts'

/** State that several processes share. Stores that are left out are kept in the memory of the process. */
export interface Stores {
  /** Terminated missions. */
  readonly tombstones?: TombstoneStore
  /** Revoked tokens and purged issuers. */
  readonly revocations?: RevocationStore
  /** Used signatures. */
  readonly replays?: ReplayStore
  /** The agent providers of keys, with `linkedKeys` of `monitorMissions`. */
  readonly links?: LinkStore
  /** What the `source` of `monitorMissions` said about missions. */
  readonly statuses?: StatusStore
  /** State of resource-managed access, with `managed`. */
  readonly records?: RecordStore
}

/** Every kind of store, by its name in `stores`. */
export const storeKinds: {
  readonly [Name in Exclude<keyof Stores, 'records'>]-?: StoreKind<Name, NonNullable<Stores[Name]>>
} & { readonly records: SharedKind<'records', RecordStore> } = {
  tombstones: tombstoneKind,
  revocations: revocationKind,
  replays: replayKind,
  links: linkKind,
  statuses: statusKind,
  records: recordKind,
}
