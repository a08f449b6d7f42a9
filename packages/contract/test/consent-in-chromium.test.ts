/**
 * An agent without a person server gets from its first request to a session by a person's click in a browser, and loses it
 * by another one, on every adapter.
 */
import { createResource, type Generation } from '@aauth-guard/core'
import { managedAccess } from '@aauth-guard/core/managed'
import { type AskedInteraction, createTestNetwork } from '@aauth-guard/testing'
import { type Browser, chromium as engine, type Page } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, it, onTestFinished } from 'vitest'
import { scopes } from '../../../examples/consent/access.ts'
import { consentPages } from '../../../examples/consent/pages/pages.ts'
import { chromium } from '../../../scripts/chromium.ts'
import { type ConsentApp, consentApps } from './consent-apps.ts'

const url = 'https://notes.example/agents'
const sealingKeys = [{ kid: 'a', key: Uint8Array.from({ length: 32 }, (_, i) => i * 7) }]

async function serve(build: ConsentApp, generation: Generation) {
  const net = await createTestNetwork({ now: 1_790_000_000 })
  onTestFinished(() => net.close())
  const resource = createResource({
    issuer: net.resource,
    trust: 'any',
    generations: [generation],
    fetch: net.fetch,
    now: net.clock.now,
    scopes,
    managed: managedAccess({ sealingKeys, interaction: { url } }),
  })
  const pages = consentPages(resource, { url, persons: ['Ada', 'Grace'], now: net.clock.now })
  const { port } = new URL((await net.listen(build(resource, pages))).url)
  const agent = await net.agent({ personServer: null })
  const token = await agent.agentToken({ lifetime: 3600 })
  return { net, origin: `http://localhost:${port}`, agent, token }
}

const capable = { 'aauth-capabilities': 'interaction' }

describe.skipIf(chromium === undefined)('a person decides in Chromium', () => {
  let browser: Browser

  beforeAll(async () => {
    browser = await engine.launch({ executablePath: chromium as string, args: ['--no-sandbox'] })
  })
  afterAll(() => browser?.close())

  describe.each<Generation>(['person-token', 'mission-header'])('for a resource of %s', (generation) => {
    it.each(Object.entries(consentApps))(
      'on %s, an agent without a person server gets a session by a click, and loses it by another [DEFER-1, DEFER-2, INT-4, R11-190, R11-191, ACCESS-2, ACCESS-3]',
      async (_, build) => {
        const { net, origin, agent, token } = await serve(build, generation)
        const notes = `${net.resource}/notes`
        const context = await browser.newContext()
        onTestFinished(() => context.close())
        const page = await context.newPage()

        const codes: string[] = []
        const onInteraction = async ({ url: asked, code, page: address }: AskedInteraction) => {
          codes.push(code)
          expect(asked).toBe(url)
          const { pathname, search } = new URL(address)
          await page.goto(`${origin}${pathname}${search}`)
          await press(page, 'Sign in as Ada')
          await press(page, 'Continue')
          expect(await page.textContent('main')).toContain('aauth:planner@agent.example')
          await press(page, 'Allow')
          expect(await page.textContent('h1')).toBe('Allowed')
        }
        const { response: served, challenges, polls } = await agent.call(notes, {}, { token, onInteraction })
        expect([challenges, polls]).toEqual([['interaction'], 1])
        // The poll that said "authorized" gave the first session value.
        expect([served.status, await served.text()]).toEqual([200, 'notes of Ada'])
        expect(agent.sessionAt(net.resource)).toMatch(/^[A-Za-z0-9._~+/-]{64,2048}=*$/)
        const send = async (headers: Readonly<Record<string, string>>): Promise<Response> => {
          net.clock.advance(1)
          return agent.fetch(notes, { headers }, { token })
        }

        const renewed = await send(capable)
        expect([renewed.status, await renewed.text()]).toEqual([200, 'notes of Ada'])
        expect(renewed.headers.get('cache-control')).toBe('no-store')
        const session = { authorization: `AAuth ${renewed.headers.get('aauth-access')}` }
        const again = await send(session)
        expect([again.status, await again.text()]).toEqual([200, 'notes of Ada'])

        await page.goto(`${origin}/agents/allowed`)
        await press(page, 'End access of aauth:planner@agent.example')
        expect(await page.textContent('main')).toContain('No agent may use your notes.')
        const refused = await send({ ...capable, ...session })
        expect([refused.status, refused.headers.get('aauth-access')]).toEqual([202, null])
        const challenge = refused.headers.get('aauth-requirement')
        expect(challenge).toMatch(/^requirement=interaction;url="https:\/\/notes\.example\/agents";code="/)
        expect(challenge).not.toContain(codes[0])
        const incapable = await send(session)
        expect([incapable.status, ((await incapable.json()) as { error: string }).error]).toEqual([
          403,
          'access_denied',
        ])
      },
    )
  })
})

async function press(page: Page, name: string): Promise<void> {
  const loaded = page.waitForEvent('load')
  await page.getByRole('button', { name, exact: true }).click()
  await loaded
}
