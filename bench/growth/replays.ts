import { randomBytes } from 'node:crypto'
import { ReplayMemory } from '../../packages/core/src/stores/replay-store.ts'
import { type Arrival, arrivalOf, decide, makeScene, second } from './scene.ts'
import type { Subject } from './subject.ts'

const digest = (): string => randomBytes(32).toString('base64url')

/** Marks of one key, before the next one. */
const perKey = 100

/** @param requests how many there are, since each passes once */
export async function replays(requests: number): Promise<Subject> {
  const { net, agent, make } = await makeScene()
  const token = await agent.authToken({ scope: 'access' })
  const arrivals: Arrival[] = []
  for (let i = 0; i < requests; i++) {
    const message = await agent.sign(
      `${net.resource}/notes`,
      { method: 'POST' },
      { token, params: { nonce: `n${i}` } },
    )
    arrivals.push(arrivalOf(message))
  }
  return {
    name: 'replay marks',
    how: `entered in the store by its own interface, ${perKey} for each key, for signatures that become stale over two minutes; the share of the issuer is raised for the last size`,
    max: 1_000_000,
    resource(size) {
      const { resource, state } = make()
      const bounds = { max: 1_000_000, maxPerIssuer: size + requests + 2000, maxPerKey: 20_000 }
      const store = new ReplayMemory(bounds, net.clock.now)
      Object.assign(state, { replays: store })
      let used = 0
      let owner = digest()
      const issuer = net.personServer.id
      const markOf = (fingerprint: string, index: number) =>
        ({ issuer, owner, fingerprint, until: second + (index % 120), window: 60, listed: true }) as const
      const known: ReturnType<typeof markOf>[] = []
      return {
        prepare(index) {
          if (index % perKey === 0) owner = digest()
          const mark = markOf(digest(), index)
          if (known.length < 64) known.push(mark)
          return () => {
            if (store.mark(mark) !== 'first') throw new Error('the mark was not new')
          }
        },
        request: () => {
          const arrival = arrivals[used++]
          if (arrival === undefined) throw new Error('all requests are used up')
          return decide(resource, arrival)
        },
        lookUp: (index) => store.mark(known[index % known.length] as ReturnType<typeof markOf>),
      }
    },
  }
}
