import { randomUUID } from 'node:crypto'
import type { FoundStatus, PutVerdict, StatusName, StatusStore } from '@aauth-guard/core'
import { type Call, flag, type RedisKind } from '../kind.ts'
import { hashed } from '../names.ts'
import { shareKeys } from './expiring-shares.ts'
import { claim, forget, get, put } from './status-operations.ts'

/** How many missions have a stored status. */
export interface StatusLimits {
  /** Of all unlisted person servers together, in each partition; default 100 000. One of them has at most a tenth. */
  readonly max: number
  /** Of one person server; default 1 000 000. */
  readonly maxPerIssuer: number
}

/** What a source said about missions. */
export const statusKind: RedisKind<StatusStore, StatusLimits> = {
  limits: { max: 100_000, maxPerIssuer: 1_000_000 },
  reads: [get],
  store({ limits: { max, maxPerIssuer }, partition, read, write }) {
    const placeOf = ({ approver, s256 }: StatusName): Omit<Call, 'args'> & { readonly names: string[] } => {
      const part = partition(approver)
      const entry = hashed(approver, s256)
      return {
        partition: part,
        keys: [part.key('status', entry), ...shareKeys(part, 'statuses', approver)],
        names: [hashed(approver), entry],
      }
    }
    return {
      async get(mission) {
        const { partition, keys } = placeOf(mission)
        return foundIn(await read(get, { partition, keys: keys.slice(0, 1), args: [] }))
      },
      async claim(mission, milliseconds) {
        const { names, ...place } = placeOf(mission)
        const id = randomUUID()
        const args = [...names, id, milliseconds, flag(mission.listed), max, maxPerIssuer]
        const verdict = await write(claim, { ...place, args })
        return verdict === 'claimed' ? { claim: id } : (verdict as 'taken' | 'full')
      },
      async put(mission, id, answer) {
        const { names, ...place } = placeOf(mission)
        const { status } = answer
        const details =
          status === 'active'
            ? [answer.freshFor, answer.staleFor]
            : [answer.failedFor, answer.failures, answer.hint]
        return (await write(put, { ...place, args: [...names, id, status, ...details] })) as PutVerdict
      },
      async forget(mission) {
        const { names, ...place } = placeOf(mission)
        await write(forget, { ...place, args: names })
      },
    }
  },
}

function foundIn(reply: unknown): FoundStatus | undefined {
  if (reply === null) return undefined
  const [freshFor, staleFor, failedFor, failures, hint, askedAt] = reply as unknown[]
  return {
    freshFor: Number(freshFor),
    staleFor: Number(staleFor),
    failedFor: Number(failedFor),
    failures: Number(failures),
    hint: String(hint),
    askedAt: Number(askedAt),
  }
}
