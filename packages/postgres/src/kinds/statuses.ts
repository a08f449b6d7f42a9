import type { ClaimVerdict, FoundStatus, PutVerdict, StatusName, StatusStore } from '@aauth-guard/core'
import { nameOf, partsOf } from '../names.ts'
import { type Kind, missionName } from './kind.ts'

/** What a source said about missions. */
export const statuses: Kind<StatusStore> = ({ database, batch, limits, shared }) => {
  const named = ({ approver, s256, listed }: StatusName) => ({
    mission: missionName({ approver, s256 }),
    issuer: nameOf(approver),
    listed,
    ...limits.statuses,
  })
  return {
    ...shared,
    async get({ approver, s256 }): Promise<FoundStatus | undefined> {
      const found = await batch.ask('get_statuses', { mission: missionName({ approver, s256 }) })
      if (found === null) return undefined
      const { hint, ...durations } = found as FoundRow
      return { ...durations, hint: hint === null ? '' : (partsOf(hint)[0] ?? '') }
    },

    claim: (mission, milliseconds) =>
      database.call('claim_status', { ...named(mission), milliseconds }) as Promise<ClaimVerdict>,

    put: (mission, claim, answer) =>
      database.call('put_status', {
        ...named(mission),
        claim,
        ...answer,
        ...('hint' in answer && { hint: nameOf(answer.hint) }),
      }) as Promise<PutVerdict>,

    forget: async (mission) => {
      await database.call('forget_status', named(mission))
    },
  }
}

type FoundRow = Omit<FoundStatus, 'hint'> & { readonly hint: string | null }
