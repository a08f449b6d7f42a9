import { randomBytes } from 'node:crypto'
import type { RevocationMemory } from '../../packages/core/src/stores/revocation-store.ts'
import { arrivalOf, decide, makeScene, second } from './scene.ts'
import type { Subject } from './subject.ts'

/** What the memory of a resource holds of one listed issuer. */
const share = 10_000

export async function revocations(): Promise<Subject> {
  const { net, agent, make } = await makeScene()
  const request = arrivalOf(
    await agent.sign(`${net.resource}/notes`, {}, { token: await agent.authToken({ scope: 'access' }) }),
  )
  return {
    name: 'revocations',
    how: `entered in the store by its own interface, ${share.toLocaleString('en')} for each of up to a hundred listed issuers, first for that of the request`,
    max: 1_000_000,
    resource() {
      const { resource, state } = make({ replay: 'off' })
      const store = state.revocations as RevocationMemory
      const issuerOf = (index: number): string =>
        index < share ? net.personServer.id : `https://ps-${Math.floor(index / share)}.example`
      const kept: string[] = []
      return {
        prepare(index) {
          const jti = randomBytes(18).toString('hex')
          if (kept.length < 64) kept.push(jti)
          const entry = { iss: issuerOf(index), jti, exp: second + 3600, listed: true }
          return () => {
            if (store.add(entry) !== 'recorded') throw new Error('the revocation was not recorded')
          }
        },
        request: () => decide(resource, request),
        lookUp: (index) => store.find({ iss: net.personServer.id, jti: kept[index % kept.length] as string }),
      }
    },
  }
}
