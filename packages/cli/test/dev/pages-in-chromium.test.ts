import { mkdirSync, readFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { join } from 'node:path'
import { type Browser, chromium as engine, type Page } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { chromium } from '../../../../scripts/chromium.ts'
import { agentOf, ask, serveDevWorld } from './served-world.ts'

const axe = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8')
/** A folder for pictures, to be looked at. */
const pictures = process.env.AAUTH_PICTURES
const notes = 'http://localhost:3999'

describe.skipIf(chromium === undefined)('the pages of the person server in Chromium', () => {
  let browser: Browser

  beforeAll(async () => {
    browser = await engine.launch({ executablePath: chromium as string, args: ['--no-sandbox'] })
  })
  afterAll(() => browser?.close())

  /** A page in a window of its own. */
  async function openPage(colorScheme: 'light' | 'dark', width = 1024): Promise<Page> {
    // axe is injected into the page, whose policy forbids other scripts.
    const context = await browser.newContext({
      colorScheme,
      viewport: { width, height: 800 },
      bypassCSP: true,
    })
    return context.newPage()
  }

  async function makeQuestions() {
    const world = await serveDevWorld()
    world.allowApp(notes)
    const agent = await agentOf(world)
    const mission = await world.personServer.missions.begin(
      agent,
      { description: 'Sort the notes of this week' },
      'Ada',
    )
    await world.personServer.missions.begin(agent, { description: 'Water the plants' }, 'Ada')
    await agent.personToken({ aud: notes, mission: mission.s256 })
    const { code, poll } = await ask(agent, '/person-token', { resource: notes, mission_s256: mission.s256 })
    await ask(agent, '/mission', { description: '\u202eplease <b>approve</b> \ud83d\ude80' })
    return { world, agent, code, poll, ps: world.at.personServer }
  }

  async function signIn(page: Page, ps: string, path = '/'): Promise<void> {
    await page.goto(`${ps}${path}`)
    // A page that has no styles yet has another width.
    const loaded = page.waitForEvent('load')
    await page.getByRole('button', { name: 'Ada' }).click()
    await loaded
  }

  async function picture(page: Page, name: string): Promise<void> {
    if (pictures === undefined) return
    mkdirSync(pictures, { recursive: true })
    await page.screenshot({ path: join(pictures, `${name}.png`), fullPage: true })
  }

  async function violations(page: Page): Promise<readonly string[]> {
    await page.evaluate(axe)
    const { violations } = (await page.evaluate('axe.run()')) as {
      violations: { id: string; nodes: { html: string }[] }[]
    }
    return violations.map(({ id, nodes }) => `${id}: ${nodes.map(({ html }) => html).join(' ')}`)
  }

  it.each(['light', 'dark'] as const)(
    'have no accessibility faults that axe finds in the %s scheme',
    async (scheme) => {
      const { ps, code } = await makeQuestions()
      const page = await openPage(scheme)
      await page.goto(ps)
      const found = [await violations(page)]
      await picture(page, `sign-in-${scheme}`)
      await page.getByRole('button', { name: 'Ada' }).click()
      found.push(await violations(page))
      await picture(page, `overview-${scheme}`)
      await page.goto(`${ps}/interaction?code=${code}`)
      found.push(await violations(page))
      await picture(page, `question-${scheme}`)
      expect(found).toEqual([[], [], []])
    },
  )

  it('show a question at its address after sign-in, and approve it with the keyboard alone', async () => {
    const { ps, code, poll } = await makeQuestions()
    const page = await openPage('light')
    await page.goto(`${ps}/interaction?code=${code}`)
    await press(page, 'Ada')
    expect(await page.getByRole('heading', { level: 1 }).textContent()).toBe('Let an agent say who you are?')
    expect(await page.evaluate('document.activeElement.tagName')).toBe('BODY')
    await press(page, 'Approve')
    expect(await page.getByRole('status').textContent()).toContain('Approved.')
    expect((await poll()).status).toBe(200)
  })

  it('deny when Enter is pressed within the form', async () => {
    const { world, agent, ps } = await makeQuestions()
    const { code, poll } = await ask(agent, '/mission', { description: 'Buy a boat' })
    const page = await openPage('light')
    await signIn(page, ps, `/interaction?code=${code}`)
    // An implicit submission takes the first button of the form.
    await page.evaluate(
      "document.querySelector('main form').requestSubmit(document.querySelector('main form button'))",
    )
    await page.waitForURL(`${ps}/`)
    expect([(await poll()).status, world.personServer.missions.all()]).toMatchObject([403, { length: 2 }])
  })

  it.each([400, 800, 1440])('fit a window %i pixels wide', async (width) => {
    const { ps, code } = await makeQuestions()
    const page = await openPage(width === 400 ? 'dark' : 'light', width)
    await signIn(page, ps)
    const overflows = [await page.evaluate('document.documentElement.scrollWidth > innerWidth')]
    await picture(page, `overview-${width}`)
    await page.goto(`${ps}/interaction?code=${code}`)
    overflows.push(await page.evaluate('document.documentElement.scrollWidth > innerWidth'))
    await picture(page, `question-${width}`)
    expect(overflows).toEqual([false, false])
  })

  it('show text chosen by an agent as text, in the order of the page', async () => {
    const { ps } = await makeQuestions()
    const page = await openPage('light')
    await signIn(page, ps)
    const chosen = page.locator('bdi', { hasText: 'approve' })
    expect(await chosen.textContent()).toBe('\ufffdplease <b>approve</b> \ud83d\ude80')
  })

  it('cannot be framed by another page, and a form of another page cannot decide', async () => {
    const { ps, code, poll } = await makeQuestions()
    const context = await browser.newContext()
    const page = await context.newPage()
    await signIn(page, ps)
    await context.route('http://evil.example/', (route) =>
      route.fulfill({
        contentType: 'text/html',
        body: `<iframe src="${ps}/interaction?code=${code}"></iframe><form method="post" action="${ps}/decide"><input name="code" value="${code}"><input name="decision" value="approve"><button>Win</button></form>`,
      }),
    )
    const evil = await context.newPage()
    await evil.goto('http://evil.example/')
    expect(await evil.frames()[1]?.content()).not.toContain('Approve')
    await evil.getByRole('button', { name: 'Win' }).click()
    await evil.waitForURL(`${ps}/decide`)
    expect([await evil.textContent('h1'), (await poll()).status]).toEqual(['Not done', 202])
  })
})

/** Moves from control to control until the one with this name is reached, and presses it. */
async function press(page: Page, name: string): Promise<void> {
  for (let steps = 0; steps < 50; steps++) {
    await page.keyboard.press('Tab')
    if ((await page.evaluate('document.activeElement.textContent.trim()')) === name) {
      await Promise.all([page.waitForEvent('load'), page.keyboard.press('Enter')])
      return
    }
  }
  throw new Error(`no control named ${name} was reached`)
}
