import { interactionPage, requireInteraction } from '@aauth-guard/core/managed'
import { answerRefusals, getAuth, protect, wellKnown } from '@aauth-guard/express'
import { pageUrl } from '@aauth-guard/fixtures/interaction'
import express from 'express'
import { describe, expect, it } from 'vitest'
import { makeManagedScene, onCode, person } from './managed-scene.ts'
import { lineOf } from './run-fetch.ts'
import type { Scene, SceneParts } from './scene.ts'

interface Giving extends Scene {
  agree(code: string): Promise<void>
  /** `Authorization` of the requests to the app, as `PATH VALUE`. */
  readonly shown: string[]
  /** `Signature-Input` of the same requests. */
  readonly inputs: string[]
}

/** An API that gives a session once the person has agreed. */
async function makeGiving(): Promise<Giving> {
  const scenes: SceneParts[] = []
  const shown: string[] = []
  const inputs: string[] = []
  const scene = await makeManagedScene((parts) => {
    scenes.push(parts)
    const { resource } = parts
    const route = { name: 'notes', accept: ['agent-token', 'person-token'], sessions: true } as const
    const asking = requireInteraction(resource, route, { scope: 'notes.read' })
    return express()
      .use((req, _, next) => {
        shown.push(`${req.path.replace(/pending\/.*/, 'pending')} ${req.headers.authorization}`)
        inputs.push(String(req.headers['signature-input']))
        next()
      })
      .use(wellKnown(resource))
      .get('/notes', protect(resource, asking), (req, res) => {
        res.json(getAuth(req, 'agent-token').session?.person ?? null)
      })
      .use(answerRefusals())
  })
  const page = interactionPage((scenes[0] as SceneParts).resource)
  return {
    ...{ ...scene, shown, inputs },
    async agree(code) {
      const { handle } = await page.redeemCode(code, { person })
      await page.complete(handle, { person })
    },
  }
}

/** An API that gives these values together with the consent of a person, and then echoes what it gets. */
function givesValues(...values: readonly string[]) {
  let asked = 0
  return () =>
    express()
      .get('/', (req, res) => {
        if (asked++ > 0) return void res.json(req.headers.authorization ?? null)
        const requirement = `requirement=interaction; url="${pageUrl}"; code="A1B2C3D4"`
        res.status(202).set({ location: '/pending', 'aauth-requirement': requirement }).json({})
      })
      .get('/pending', (_, res) => {
        res.set('aauth-access', values as string[]).json({ status: 'authorized' })
      })
}

describe('a session value', () => {
  it('that comes with the consent is sent with the call, covered by its signature [ACCESS-2, R11-194]', async () => {
    const { fetch, clock, agree, shown, inputs } = await makeGiving()
    const ran = await fetch('/notes', ['--json'], { onSay: onCode(clock, agree) })
    expect([ran.code, lineOf(ran).body]).toEqual([0, person])
    expect(shown.slice(0, 2)).toEqual(['/notes undefined', '/aauth/pending undefined'])
    expect(shown.slice(2)).toEqual([expect.stringMatching(/^\/notes AAuth [\w.~+/-]+=*$/)])
    expect(inputs[2]).toContain('"authorization"')
    expect(lineOf(ran).hops.map(({ session }) => session)).toEqual([undefined, undefined, true])
  })

  it('is shown in no output', async () => {
    for (const args of [['-v'], ['-v', '--json']]) {
      const { fetch, clock, agree, shown } = await makeGiving()
      const ran = await fetch('/notes', args, { onSay: onCode(clock, agree) })
      const value = String(shown[2]).replace('/notes AAuth ', '')
      expect(value.length).toBeGreaterThan(100)
      expect([ran.code, ran.err.includes(value), ran.out.includes(value)]).toEqual([0, false, false])
      expect(ran.err).toContain(`, session ${value.slice(0, 8)}…)`)
    }
  })

  it('of a later answer takes the place of the one before [R11-196]', async () => {
    let asked = 0
    const { fetch } = await makeManagedScene(() => (req, res) => {
      const headers = { location: '/', 'aauth-access': `value-${++asked}` }
      if (asked < 3) res.writeHead(202, headers).end()
      else res.end(JSON.stringify(req.headers.authorization))
    })
    expect((await fetch('/')).out).toBe('"AAuth value-2"')
  })

  it('is not kept for another run', async () => {
    const { fetch } = await makeManagedScene(() => (req, res) => {
      res.setHeader('aauth-access', 'value')
      res.end(JSON.stringify(req.headers.authorization ?? null))
    })
    expect([(await fetch('/')).out, (await fetch('/')).out]).toEqual(['null', 'null'])
  })

  it('does not replace a field of -H', async () => {
    const { fetch } = await makeManagedScene(givesValues('value'))
    expect((await fetch('/', ['-H', 'Authorization: Basic eA=='])).out).toBe('"Basic eA=="')
  })

  it('of 2048 octets is sent back', async () => {
    const value = `${'v'.repeat(2046)}==`
    const { fetch } = await makeManagedScene(givesValues(value))
    expect((await fetch('/')).out).toBe(`"AAuth ${value}"`)
  })

  it.each([
    ['over 2048 octets', ['v'.repeat(2049)], 'a session value of more than 2048 octets'],
    ['with a space', ['a b'], 'a session value with characters that none can have'],
    ['with a second credential', ['a, Bearer b'], 'a session value with characters that none can have'],
    ['that is empty', [''], 'a session value with characters that none can have'],
    ['beside another one', ['a', 'b'], '2 session values in one answer'],
  ])('%s is not sent back [R11-192, R11-193]', async (_, values, fault) => {
    const { fetch, origin } = await makeManagedScene(givesValues(...values))
    const ran = await fetch('/')
    expect([ran.code, ran.out]).toEqual([0, 'null'])
    expect(ran.err).toContain(`${origin} gave ${fault}: it is not used.`)
  })
})
