import { interactionPage, requireInteraction } from '@aauth-guard/core/managed'
import { answerRefusals, protect, wellKnown } from '@aauth-guard/express'
import { pageUrl } from '@aauth-guard/fixtures/interaction'
import express from 'express'
import { describe, expect, it } from 'vitest'
import { managedStateOf } from '../../../core/src/managed/managed-state.ts'
import { makeManagedScene, onCode, person } from './managed-scene.ts'
import { hopsOf, lineOf } from './run-fetch.ts'
import { makeScene, type Scene, type SceneParts } from './scene.ts'

type Page = ReturnType<typeof interactionPage>

interface Asking extends Scene {
  readonly page: Page
  readonly parts: SceneParts
  /** What the app does with a code: agrees for the person, and keeps the consent. */
  agree(code: string): Promise<void>
}

/** An API that asks the person on a page of its own before it shows notes, or takes one. */
async function makeAsking(): Promise<Asking> {
  let consent: string | undefined
  const scenes: SceneParts[] = []
  const scene = await makeManagedScene((parts) => {
    scenes.push(parts)
    const { resource } = parts
    const asked = { scope: 'notes.read', consentOf: () => consent, lifetime: 60 }
    const route = { name: 'notes', accept: 'agent-token' } as const
    return express()
      .use(wellKnown(resource))
      .get('/notes', protect(resource, requireInteraction(resource, route, asked)), (_, res) => {
        res.json(['a note'])
      })
      .post(
        '/notes',
        protect(resource, requireInteraction(resource, route, asked)),
        express.text(),
        (req, res) => {
          res.status(201).json(req.body)
        },
      )
      .use(answerRefusals())
  })
  const parts = scenes[0] as SceneParts
  const page = interactionPage(parts.resource)
  return {
    ...{ ...scene, parts, page },
    async agree(code) {
      const { handle } = await page.redeemCode(code, { person })
      const decided = await page.complete(handle, { person })
      if ('consent' in decided) consent = decided.consent
    },
  }
}

describe('an API that asks the person on its own page', () => {
  it('is called again once the person agreed, and the person is told so', async () => {
    const { fetch, clock, agree, requests, origin } = await makeAsking()
    const ran = await fetch('/notes', [], { onSay: onCode(clock, agree) })
    expect([ran.code, ran.out]).toEqual([0, '["a note"]'])
    const lines = ran.err.split('\n')
    expect(lines[0]).toMatch(
      new RegExp(`^A person has to decide: ${pageUrl}\\?code=[0-9A-Z]{4}(-[0-9A-Z]{4}){2}$`),
    )
    expect(lines.slice(1)).toEqual([
      `${origin} has the consent of the person for notes.read: sending the request again.`,
    ])
    expect(requests.filter((request) => request === 'GET /notes')).toHaveLength(2)
    expect(clock.waits).toEqual([5])
  })

  it('gets the method and the content once more, under a new signature', async () => {
    const { fetch, clock, agree } = await makeAsking()
    const args = ['-d', 'buy milk', '-H', 'Content-Type: text/plain', '--json']
    const ran = await fetch('/notes', args, { onSay: onCode(clock, agree) })
    expect([lineOf(ran).status, lineOf(ran).body]).toEqual([201, 'buy milk'])
    expect(hopsOf(ran).map((hop) => hop.replace(/pending\/.*/, 'pending/ID'))).toEqual([
      '202 agent-token POST /notes',
      '200 agent-token GET /aauth/pending/ID',
      '201 agent-token POST /notes',
    ])
  })

  it('is polled and called again under a mission', async () => {
    const { fetch, clock, agree } = await makeAsking()
    const ran = await fetch('/notes', ['--mission', 'A'.repeat(43)], { onSay: onCode(clock, agree) })
    expect([ran.code, ran.out]).toEqual([0, '["a note"]'])
  })

  it('is polled while the person is on the page, with a poll that waits for the decision [R11-215, R11-216]', async () => {
    const { fetch, clock, page, parts, origin } = await makeAsking()
    const { polls } = managedStateOf(parts.resource)
    const untilPollWaits = async (): Promise<void> => {
      while (polls.waiting === 0) await new Promise((resolve) => setImmediate(resolve))
    }
    let handle = ''
    const arrives = onCode(clock, async (code) => {
      handle = (await page.redeemCode(code, { person })).handle
    })
    const ran = fetch('/notes', [], { onSay: arrives })
    await untilPollWaits()
    // Ends the poll, which learns that the person has arrived.
    polls.wakeAll()
    await untilPollWaits()
    await page.deny(handle, { person })
    const { code, err } = await ran
    const told = err.split('\n').filter((line) => line.startsWith('The person'))
    expect([code, told]).toEqual([1, [`The person is on the page of ${origin}: waiting for the decision.`]])
    expect(clock.waits).toEqual([5, 5])
  })

  it('says nothing of what it waits for with --json, but the address', async () => {
    const { fetch, clock, agree } = await makeAsking()
    const { err } = await fetch('/notes', ['--json'], { onSay: onCode(clock, agree) })
    expect(err.split('\n')).toEqual([expect.stringMatching(/^A person has to decide: /)])
  })

  it('is called again after an approval elsewhere, for which the person is told to wait', async () => {
    let polls = 0
    const { fetch, origin, requests } = await makeScene(() => (req, res) => {
      const waits = { location: '/pending', 'aauth-requirement': 'requirement=approval' }
      if (req.url !== '/pending') res.writeHead(polls > 0 ? 200 : 202, polls > 0 ? {} : waits).end('"notes"')
      else if (polls++ < 2) res.writeHead(202, waits).end('{"status":"pending"}')
      else res.end('{"status":"authorized"}')
    })
    const ran = await fetch('/')
    expect([ran.code, ran.out]).toEqual([0, '"notes"'])
    expect(ran.err.split('\n')).toEqual([
      `Waiting for an approval, for which ${origin} asks the person elsewhere.`,
      `${origin} has the consent of the person: sending the request again.`,
    ])
    expect(requests).toEqual(['GET /', ...Array(3).fill('GET /pending'), 'GET /'])
  })

  it('at its authorization endpoint gets the call with the session value of the consent', async () => {
    const { fetch, requests } = await makeScene(({ origin }) => (req, res) => {
      const requirement = `requirement=interaction; url="${pageUrl}"; code="A1B2C3D4"`
      if (req.url?.startsWith('/.well-known/'))
        res.end(JSON.stringify({ authorization_endpoint: `${origin}/authorize` }))
      else if (req.url === '/authorize')
        res.writeHead(202, { location: '/pending', 'aauth-requirement': requirement }).end()
      else if (req.url === '/pending')
        res.writeHead(200, { 'aauth-access': 'value' }).end('{"status":"authorized","scope":"notes.read"}')
      else res.end(JSON.stringify(req.headers.authorization))
    })
    const ran = await fetch('/notes', ['--scope', 'notes.read'])
    expect([ran.code, ran.out]).toEqual([0, '"AAuth value"'])
    expect(requests.slice(1)).toEqual(['POST /authorize', 'GET /pending', 'GET /notes'])
  })

  it('is called again with --curl as well, whose command has the session value', async () => {
    let asked = 0
    const { fetch, requests } = await makeScene(() => (req, res) => {
      const requirement = `requirement=interaction; url="${pageUrl}"; code="A1B2C3D4"`
      if (req.url === '/pending')
        res.writeHead(200, { 'aauth-access': 'value' }).end('{"status":"authorized"}')
      else if (asked++ > 0) res.end('"notes"')
      else res.writeHead(202, { location: '/pending', 'aauth-requirement': requirement }).end()
    })
    const ran = await fetch('/', ['--curl'])
    expect([ran.code, requests]).toEqual([0, ['GET /', 'GET /pending', 'GET /']])
    expect(ran.out).toMatch(/^curl .* 'authorization: AAuth value' .*\/'$/)
    expect(ran.err).toContain('The API took the request with the agent token already')
  })

  const refusals: readonly (readonly [
    string,
    number,
    string,
    (scene: Asking, code: string) => Promise<unknown>,
  ])[] = [
    [
      'denied',
      403,
      'the person declined: call again to ask once more',
      async ({ page }, code) => page.deny((await page.redeemCode(code, { person })).handle, { person }),
    ],
    [
      'abandoned',
      403,
      'the person left the page without deciding: call again to ask once more',
      async ({ page }, code) => page.abandon((await page.redeemCode(code, { person })).handle, { person }),
    ],
    [
      'revoked',
      403,
      'the request, or the token with which it was made, was revoked: call again to ask once more',
      async ({ page, parts }, code) => {
        await page.redeemCode(code, { person })
        await parts.resource.managed?.end({ person })
      },
    ],
    [
      'expired',
      408,
      'the person did not decide in time: call again to ask once more',
      async ({ clock }) => clock.advance(60_000),
    ],
  ]

  it.each(refusals)('is told as %s, with what to do [DEFER-4]', async (code, status, remedy, act) => {
    const scene = await makeAsking()
    const onSay = onCode(scene.clock, (shown) => act(scene, shown))
    const ran = await scene.fetch('/notes', ['--json'], { onSay })
    expect([ran.code, lineOf(ran).status, lineOf(ran).body]).toEqual([
      1,
      status,
      expect.objectContaining({ error: code }),
    ])
    expect(ran.err).toContain(`  ${remedy}`)
    expect(scene.requests.filter((request) => request === 'GET /notes')).toHaveLength(1)
  })
})
