import type { Tombstone, TombstoneListener, TombstoneStore, TombstoneVerdict } from '@aauth-guard/core'
import { nameOf, partsOf } from '../names.ts'
import { type Kind, missionName, missionOf } from './kind.ts'

/** Terminated missions. */
export const tombstones: Kind<TombstoneStore> = ({ database, batch, changes, limits, shared }) => ({
  ...shared,
  add: ({ approver, s256, reason, listed }) =>
    database.call('add_tombstone', {
      mission: missionName({ approver, s256 }),
      issuer: nameOf(approver),
      reason: reason && nameOf(reason),
      listed,
      ...limits.tombstones,
    }) as Promise<TombstoneVerdict>,

  async find({ approver, s256, listed }) {
    const question = { mission: missionName({ approver, s256 }), issuer: nameOf(approver), listed }
    const found = (await batch.ask('find_tombstones', question)) as FoundRow
    if (found === null) return undefined
    return found === 'full' ? found : { approver, s256, ...withReason(found.reason) }
  },

  clearFull: async ({ approver }) => {
    await database.call('clear_full', { issuer: nameOf(approver) })
  },

  ...(changes && {
    subscribe: ({ onTerminated, onLost, onSubscribed }: TombstoneListener) =>
      changes.subscribe({
        onChange({ terminated, reason }) {
          if (typeof terminated === 'string')
            onTerminated({ ...missionOf(terminated), ...withReason(reason) })
        },
        onLost,
        onSubscribed,
      }),
  }),
})

type FoundRow = { readonly reason: string | null } | 'full' | null

function withReason(reason: unknown): Pick<Tombstone, 'reason'> {
  return typeof reason === 'string' ? { reason: partsOf(reason)[0] } : {}
}
