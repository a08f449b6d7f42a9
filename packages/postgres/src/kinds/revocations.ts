import type {
  FoundRevocation,
  RevocationListener,
  RevocationStore,
  RevocationVerdict,
} from '@aauth-guard/core'
import { nameOf, partsOf } from '../names.ts'
import { type Kind, missionName, missionOf } from './kind.ts'

/** Revoked tokens and purged issuers. */
export const revocations: Kind<RevocationStore> = ({ database, batch, changes, limits, shared }) => ({
  ...shared,
  add: ({ iss, jti, exp, listed, mission }) =>
    database.call('add_revocation', {
      token: nameOf(iss, jti),
      issuer: nameOf(iss),
      exp,
      listed,
      mission: mission && missionName(mission),
      ...limits.revocations,
    }) as Promise<RevocationVerdict>,

  async find({ iss, jti }) {
    const question = { token: nameOf(iss, jti), issuer: nameOf(iss) }
    const { revoked, purgedAt } = (await batch.ask('find_revocations', question)) as FoundRow
    const found: FoundRevocation = { revoked: revoked === true }
    return purgedAt === null ? found : { ...found, purgedAt }
  },

  purge: ({ iss }) => database.call('purge_issuer', { issuer: nameOf(iss) }) as Promise<number>,

  ...(changes && {
    subscribe: ({ onRevoked, onPurged, onLost, onSubscribed }: RevocationListener) =>
      changes.subscribe({
        onChange({ revoked, mission, purged, purgedAt }) {
          if (typeof revoked === 'string') {
            const [iss = '', jti = ''] = partsOf(revoked)
            onRevoked({ iss, jti, ...(typeof mission === 'string' && { mission: missionOf(mission) }) })
          } else if (typeof purged === 'string') {
            const [iss = ''] = partsOf(purged)
            onPurged({ iss, purgedAt: Number(purgedAt) })
          }
        },
        onLost,
        onSubscribed,
      }),
  }),
})

interface FoundRow {
  readonly revoked: true | null
  readonly purgedAt: number | null
}
