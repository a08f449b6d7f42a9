import { randomBytes } from 'node:crypto'
import type { TombstoneMemory } from '../../packages/core/src/stores/tombstone-store.ts'
import { arrivalOf, decide, makeScene } from './scene.ts'
import type { Subject } from './subject.ts'

const digest = (): string => randomBytes(32).toString('base64url')

export async function tombstones(): Promise<Subject> {
  const { net, agent, make } = await makeScene()
  const approver = net.personServer.id
  const token = await agent.authToken({ scope: 'access', mission: digest() })
  const request = arrivalOf(await agent.sign(`${net.resource}/notes`, {}, { token }))
  return {
    name: 'terminated missions',
    how: 'entered in the store by its own interface, all of one listed person server',
    max: 1_000_000 - 2000,
    resource(size) {
      const { resource, state } = make({ replay: 'off', limits: { tombstones: size + 2000 } })
      const store = state.tombstones as TombstoneMemory
      const kept: string[] = []
      return {
        prepare() {
          const s256 = digest()
          if (kept.length < 64) kept.push(s256)
          const entry = { approver, s256, reason: 'completed', listed: true }
          return () => {
            if (store.add(entry) !== 'recorded') throw new Error('the termination was not recorded')
          }
        },
        request: () => decide(resource, request),
        lookUp: (index) => store.find({ approver, s256: kept[index % kept.length] as string, listed: true }),
      }
    },
  }
}
