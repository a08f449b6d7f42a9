import type { ReplayStore, ReplayVerdict } from '@aauth-guard/core'
import { nameOf } from '../names.ts'
import type { Kind } from './kind.ts'

/** Used signatures. */
export const replays: Kind<ReplayStore> = ({ database, limits, shared }) => ({
  ...shared,
  mark: ({ issuer, owner, fingerprint, until, window, listed }) =>
    database.call('mark', {
      signature: nameOf(owner, fingerprint),
      key: nameOf(owner),
      owner: nameOf(issuer, owner),
      issuer: nameOf(issuer),
      until,
      window,
      listed,
      ...limits.replays,
    }) as Promise<ReplayVerdict>,
})
