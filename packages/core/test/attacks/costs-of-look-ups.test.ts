import { stat } from 'node:fs/promises'
import { describe, expect, it } from 'vitest'
import { printFigures } from './beside.ts'
import { honestProvider, listedServer, makeScene, type Scene } from './scene.ts'
import { stopDeadlines } from './stopped-deadlines.ts'
import { startTlsIssuers } from './tls-issuers.ts'

const count = 60
const hosts = {
  'one domain': Array.from({ length: count }, (_, n) => `h${n}.silent.test`),
  'as many domains': Array.from({ length: count }, (_, n) => `h.d${n}-silent.test`),
} as const

describe('sixty requests that name issuers whose name servers never answer', () => {
  it.each([
    ['one domain', 8, '200'],
    ['as many domains', 16, '503 server_error 1'],
  ] as const)(
    'of %s: %d look-ups wait, listed issuers and issuers in use are fetched meanwhile, and a new one gets %s [I19, I31]',
    async (kind, places, told) => {
      stopDeadlines()
      const known = ['ps.example', 'agent.example', 'new.example']
      const issuers = await startTlsIssuers(known, () => scene.net)
      const scene: Scene = await makeScene({ fetch: issuers.fetch })
      const used = await scene.caller(honestProvider)
      await used.call()
      // Its keys are due for renewal.
      scene.net.clock.advance(3600)
      const listed = await scene.caller(listedServer, 'person-server')
      const { agent, issuer, call } = await scene.caller('https://attacker.example')
      const asked = (): number => new Set(issuers.names.asked.map(({ name }) => name)).size
      const before = asked()
      let pending = 0
      const answers: string[] = []
      const attack = hosts[kind].map(async (host) => {
        const claims = { iss: `https://${host}`, sub: `aauth:planner@${host}` }
        const token = await issuer.agentToken(agent, { claims })
        pending += 1
        answers.push(await call({ token }))
        pending -= 1
      })
      const fresh = await scene.caller('https://new.example')
      // Those that find no place are answered at once.
      while (answers.length < count - places) await new Promise((resolve) => setImmediate(resolve))
      const verdicts = [
        await listed.call(),
        await used.call({ token: await used.token() }),
        await fresh.call(),
      ]
      // Other work on the same thread pool is not held up.
      await stat('.')
      printFigures({ waiting: pending, 'listed, used, new': verdicts })
      expect(verdicts).toEqual(['200', '200', told])
      expect([pending, new Set(answers)]).toEqual([places, new Set(['503 server_error 1'])])
      expect([listed.fetches(), used.fetches()]).toEqual([2, 4])
      expect(asked() - before).toBeLessThanOrEqual(places + 3)
      scene.resource.close()
      await Promise.all(attack)
    },
  )
})
