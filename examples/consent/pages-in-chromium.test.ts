import { mkdirSync, readFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { join } from 'node:path'
import { type Browser, type BrowserContext, chromium as engine, type Page } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, it, onTestFinished } from 'vitest'
import { chromium } from '../../scripts/chromium.ts'
import { added, consentScene } from './consent-scene.ts'

const axe = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8')
/** A folder for pictures, to be looked at. */
const pictures = process.env.AAUTH_PICTURES
const decideTitle = 'Let an agent use your notes?'

describe.skipIf(chromium === undefined)('the consent pages in Chromium', () => {
  let browser: Browser

  beforeAll(async () => {
    browser = await engine.launch({ executablePath: chromium as string, args: ['--no-sandbox'] })
  })
  afterAll(() => browser?.close())

  type Look = Parameters<Browser['newContext']>[0]

  /** A browser of a person, who has no cookie yet. */
  async function openBrowser(look: Look = {}): Promise<{ context: BrowserContext; page: Page }> {
    const context = await browser.newContext(look)
    onTestFinished(() => context.close())
    return { context, page: await context.newPage() }
  }

  async function picture(page: Page, name: string): Promise<void> {
    if (pictures === undefined) return
    mkdirSync(pictures, { recursive: true })
    await page.screenshot({ path: join(pictures, `${name}.png`), fullPage: true })
  }

  /** Goes through all pages with an agent that asks for two scopes, and stops at each. */
  async function visitAll(page: Page, at: (name: string) => Promise<void>): Promise<void> {
    const { origin, ask, agent, token } = await consentScene()
    const { code, poll } = await ask(added, { digest: true })
    await page.goto(`${origin}/agents?code=${code}`)
    await at('sign-in')
    await press(page, 'Sign in as Ada')
    await at('code')
    await press(page, 'Continue')
    await at('decide')
    await fill(page, 'textarea', 'Which notes do you want to change, and what for?')
    await press(page, 'Ask')
    await at('asked')
    const told = await poll()
    const answer = 'I only add the shopping list. <b>\u202eplease</b> approve https://evil.example/'
    const headers = { 'content-type': 'application/json' }
    const body = JSON.stringify({ action: 'clarification_response', clarification_response: answer })
    await agent.fetch(told.url, { method: 'POST', headers, body }, { token, digest: true })
    await press(page, 'Look again')
    await at('answered')
    await press(page, 'Allow')
    await at('allowed')
    await press(page, 'agents you allowed')
    await at('list')
    await press(page, 'End access of aauth:planner@agent.example')
    await at('ended')
    await page.goto(`${origin}/agents?code=AAAA-BBBB-CCCC`)
    await press(page, 'Continue')
    await at('wrong-code')
  }

  it.each(['light', 'dark'] as const)(
    'are reached by keyboard alone, and axe finds no fault in the %s scheme',
    async (colorScheme) => {
      // axe is injected into the page, whose policy forbids scripts.
      const { page } = await openBrowser({ colorScheme, bypassCSP: true })
      const found: Record<string, readonly string[]> = {}
      await visitAll(page, async (name) => {
        found[name] = await violations(page)
        await picture(page, `${name}-${colorScheme}`)
      })
      expect(found).toEqual({
        'sign-in': [],
        code: [],
        decide: [],
        asked: [],
        answered: [],
        allowed: [],
        list: [],
        ended: [],
        'wrong-code': [],
      })
    },
  )

  it.each([400, 800, 1440])('fit a window %i pixels wide', async (width) => {
    const { page } = await openBrowser({ viewport: { width, height: 800 } })
    const tooWide: string[] = []
    await visitAll(page, async (name) => {
      if (await page.evaluate('document.documentElement.scrollWidth > innerWidth')) tooWide.push(name)
      await picture(page, `${name}-${width}`)
    })
    expect(tooWide).toEqual([])
  })

  it('work where scripts are off, load nothing from elsewhere, and report no blocked content', async () => {
    const { page, context } = await openBrowser({ javaScriptEnabled: false })
    const { origin, ask } = await consentScene()
    const { code } = await ask()
    const hosts = new Set<string>()
    const complaints: string[] = []
    context.on('request', (request) => hosts.add(new URL(request.url()).origin))
    page.on('console', (message) => complaints.push(message.text()))
    const answers: Record<string, string>[] = []
    page.on('response', (response) => answers.push(response.headers()))
    await page.goto(`${origin}/agents?code=${code}`)
    await page.getByRole('button', { name: 'Sign in as Ada' }).click()
    await page.getByRole('button', { name: 'Continue' }).click()
    await page.getByRole('button', { name: 'Allow' }).click()
    await page.waitForURL(/\/requests\//)
    expect(await page.textContent('h1')).toBe('Allowed')
    expect([[...hosts], complaints]).toEqual([[origin], []])
    // The pages, the redirects between them, and the style sheet.
    expect(answers.length).toBeGreaterThan(6)
    for (const headers of answers)
      expect(headers).toMatchObject({
        'cache-control': 'no-store',
        'content-security-policy': expect.stringContaining("form-action 'self'; frame-ancestors 'none'"),
        'referrer-policy': 'no-referrer',
      })
  })

  it('say who asks, and mark what the agent chose', async () => {
    const { page } = await openBrowser()
    const { origin, ask } = await consentScene()
    const { code } = await ask(added, { digest: true })
    await signIn(page, `${origin}/agents?code=${code}`)
    await submit(page, 'Continue')
    const text = (await page.textContent('main')) ?? ''
    for (const part of [
      'Allow this only if you started it.',
      'agent.example',
      'aauth:planner@agent.example',
      'Chosen by the agent and its provider, not checked by us.',
      'None. The agent does not say for whom it acts.',
      'The agent asked less than a minute ago. You can decide for 10 more minutes.',
      'Read your notes',
      'Add notes',
    ])
      expect(text).toContain(part)
  })

  it('deny when Enter is pressed in the form', async () => {
    const { page } = await openBrowser()
    const { origin, ask } = await consentScene()
    const { code, poll } = await ask()
    await signIn(page, `${origin}/agents?code=${code}`)
    await submit(page, 'Continue')
    await page.getByRole('checkbox').focus()
    await Promise.all([page.waitForEvent('load'), page.keyboard.press('Enter')])
    expect([await page.textContent('h1'), (await poll()).status]).toEqual(['Denied', 403])
  })

  it('take a double click once, and show the result after going back and forward', async () => {
    const { page } = await openBrowser()
    const { origin, ask } = await consentScene()
    const { code, poll } = await ask()
    await signIn(page, `${origin}/agents?code=${code}`)
    await page.getByRole('button', { name: 'Continue' }).dblclick()
    await page.waitForURL(/\/requests\//)
    expect(await page.textContent('h1')).toBe(decideTitle)
    await page.getByRole('button', { name: 'Allow' }).dblclick()
    await page.getByRole('heading', { name: 'Allowed' }).waitFor()
    expect((await poll()).status).toBe(200)
    // Going back to the form of the code leads to what became of it.
    await page.goBack()
    await page.goBack()
    await page.waitForLoadState()
    expect(await page.textContent('h1')).toBe('Allowed')
    await page.goForward()
    expect(await page.textContent('h1')).toBe('Allowed')
  })

  it('are not shown in a frame of another site, whose forms change nothing', async () => {
    const { page, context } = await openBrowser()
    const { origin, ask } = await consentScene()
    const { code, poll } = await ask()
    await signIn(page, `${origin}/agents?code=${code}`)
    await context.route('http://evil.example/', (route) =>
      route.fulfill({
        contentType: 'text/html',
        body: `<iframe src="${origin}/agents?code=${code}"></iframe><form method="post" action="${origin}/agents/redeem"><input name="code" value="${code}"><button>Win</button></form>`,
      }),
    )
    const evil = await context.newPage()
    await evil.goto('http://evil.example/')
    expect(await evil.frames()[1]?.content()).not.toContain('agent')
    await evil.getByRole('button', { name: 'Win' }).click()
    await evil.waitForURL(`${origin}/agents/redeem`)
    expect([await evil.textContent('h1'), await (await poll()).json()]).toEqual([
      'Not done',
      { status: 'pending' },
    ])
  })

  it('send a person to the callback only after the decision, and without a referrer [INT-6]', async () => {
    const { page, context } = await openBrowser()
    const { origin, ask, net } = await consentScene()
    const agent = await net.agent({ name: 'served' })
    const { code } = await ask({}, { agent, token: await agent.agentToken() })
    const visits: (string | undefined)[] = []
    await context.route('https://ps.example/**', async (route) => {
      visits.push((await route.request().allHeaders()).referer)
      await route.fulfill({
        contentType: 'text/html',
        body: '<script>document.title = document.referrer</script>',
      })
    })
    const callback = encodeURIComponent('https://ps.example/back?id=7')
    await signIn(page, `${origin}/agents?code=${code}&callback=${callback}`)
    await submit(page, 'Continue')
    await submit(page, 'Allow')
    expect(visits).toEqual([])
    await picture(page, 'callback-light')
    await page.getByRole('link', { name: 'Back to ps.example' }).click()
    await page.waitForURL('https://ps.example/back?id=7')
    expect([visits, await page.title()]).toEqual([[undefined], ''])
  })

  it('ask to wait after five wrong codes', async () => {
    const { page } = await openBrowser({ viewport: { width: 400, height: 800 }, colorScheme: 'dark' })
    const { origin } = await consentScene()
    await signIn(page, `${origin}/agents`)
    for (let i = 0; i < 6; i++) {
      await page.goto(`${origin}/agents`)
      await page.getByRole('textbox').fill(`AAAA-AAAA-AAA${i}`)
      await submit(page, 'Continue')
    }
    expect(await page.textContent('h1')).toBe('Too many wrong codes')
    await picture(page, 'too-many-dark-400')
  })
})

/** A page that has no styles yet has another width, so each step waits until the page has loaded. */
async function submit(page: Page, name: string): Promise<void> {
  const loaded = page.waitForEvent('load')
  await page.getByRole('button', { name, exact: true }).click()
  await loaded
}

async function signIn(page: Page, address: string): Promise<void> {
  await page.goto(address)
  await submit(page, 'Sign in as Ada')
}

/** Moves from control to control until the one with this name is reached, and presses it. */
async function press(page: Page, name: string): Promise<void> {
  await reach(page, `document.activeElement.textContent.trim() === ${JSON.stringify(name)}`)
  await Promise.all([page.waitForEvent('load'), page.keyboard.press('Enter')])
}

async function fill(page: Page, selector: string, text: string): Promise<void> {
  await reach(page, `document.activeElement.matches(${JSON.stringify(selector)})`)
  await page.keyboard.type(text)
}

async function reach(page: Page, condition: string): Promise<void> {
  for (let steps = 0; steps < 50; steps++) {
    await page.keyboard.press('Tab')
    if (await page.evaluate(condition)) return
  }
  throw new Error(`no control was reached where ${condition}`)
}

async function violations(page: Page): Promise<readonly string[]> {
  await page.evaluate(axe)
  const { violations } = (await page.evaluate('axe.run()')) as {
    violations: { id: string; nodes: { html: string }[] }[]
  }
  return violations.map(({ id, nodes }) => `${id}: ${nodes.map(({ html }) => html).join(' ')}`)
}
