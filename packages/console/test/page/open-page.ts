import { mkdirSync, readFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { join } from 'node:path'
import { type Browser, type BrowserContextOptions, chromium as engine, type Page } from 'playwright-core'
import { onTestFinished } from 'vitest'
import { chromium } from '../../../../scripts/chromium.ts'
import { type FakeConsole, type FakeOptions, serveFakeConsole } from '../../page/fake-server.ts'
import { assets } from '../../src/assets/generated.ts'

const axe = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8')
/** A folder for pictures, to be looked at. */
const pictures = process.env.AAUTH_PICTURES

export async function launch(): Promise<Browser> {
  return engine.launch({
    executablePath: chromium as string,
    args: ['--no-sandbox', '--disable-dev-shm-usage'],
  })
}

/** A server of the console with the published assets, which ends with the test. */
export async function serve(options: FakeOptions = {}): Promise<FakeConsole> {
  const served = await serveFakeConsole({ assets, ...options })
  onTestFinished(() => served.close())
  return served
}

export interface OpenPage {
  readonly page: Page
  /** What the browser complained about: errors, and violations of the policy. */
  readonly faults: string[]
}

/** The page in a window of its own, once it is live. */
export async function openPage(
  browser: Browser,
  url: string,
  options: BrowserContextOptions = {},
): Promise<OpenPage> {
  const context = await browser.newContext({ viewport: { width: 1440, height: 900 }, ...options })
  onTestFinished(() => context.close())
  const page = await context.newPage()
  const faults: string[] = []
  page.on('pageerror', ({ message }) => faults.push(message))
  await page.exposeFunction('tellFault', (fault: string) => faults.push(fault))
  await page.addInitScript(
    `addEventListener('securitypolicyviolation', (event) => tellFault(event.violatedDirective + ' ' + event.blockedURI))`,
  )
  await page.addInitScript(
    'window.longTasks = []; new PerformanceObserver((list) => { for (const { duration } of list.getEntries()) longTasks.push(Math.round(duration)) }).observe({ type: "longtask", buffered: true })',
  )
  await page.goto(url)
  await page.locator('.pill.live').waitFor()
  return { page, faults }
}

/** Accessibility faults that axe finds in a part of the page, `document` for all of it. The page must have been opened with `bypassCSP`. */
export async function violations(page: Page, part = 'document'): Promise<readonly string[]> {
  await page.evaluate(axe)
  const { violations } = (await page.evaluate(
    `axe.run(${part === 'document' ? part : JSON.stringify(part)})`,
  )) as {
    violations: { id: string; nodes: { html: string; failureSummary: string }[] }[]
  }
  return violations.map(
    ({ id, nodes }) =>
      `${id}: ${nodes.map(({ html, failureSummary }) => `${html} ${failureSummary}`).join('\n')}`,
  )
}

export async function picture(page: Page, name: string): Promise<void> {
  if (pictures === undefined) return
  mkdirSync(pictures, { recursive: true })
  await page.screenshot({ path: join(pictures, `${name}.png`) })
}

export async function overflows(page: Page): Promise<boolean> {
  return (await page.evaluate('document.documentElement.scrollWidth > innerWidth')) as boolean
}

/** Waits until an expression is true in the page, whose policy forbids to wait there. */
export async function untilTrue(page: Page, expression: string): Promise<void> {
  while ((await page.evaluate(expression)) !== true) await page.waitForTimeout(20)
}
