import type { Browser } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { chromium } from '../../../../scripts/chromium.ts'
import { hostile } from '../../page/fake/hostile.ts'
import { launch, openPage, serve, untilTrue } from './open-page.ts'

describe.skipIf(chromium === undefined)('the page of the console, shown hostile text', () => {
  let browser: Browser

  beforeAll(async () => {
    browser = await launch()
  })
  afterAll(() => browser?.close())

  it('makes no element and runs nothing of it, whatever part of a decision it is', async () => {
    const fake = await serve({ hostile: true, past: 0 })
    const { page, faults } = await openPage(browser, fake.url)
    for (const text of hostile) {
      const mission = { approver: text, s256: text }
      const explanation = { why: text, agent: text, operator: text }
      fake.decide({
        ...{ path: text, method: text, agent: text, issuer: text, class: text, jti: text, hint: text },
        ...{
          requirement: text,
          person: text,
          thumbprint: text,
          call_id: text,
          covered: [text],
          scheme: text,
        },
        ...{
          explanation,
          mission,
          outcome: 'refused',
          code: text as never,
          duration: { [text]: 1, total: 2 },
        },
        ...{ claimed: { agent: text, issuer: text, mission: text } },
      })
      fake.happen()
      fake.look()
      await untilTrue(page, `document.querySelectorAll('.row').length === ${hostile.indexOf(text) + 1}`)
    }
    for (let at = 0; at < hostile.length; at++) {
      await page.locator('.row').nth(at).click()
      await page.locator('.detail .why').waitFor()
    }
    await page.keyboard.press('Escape')
    for (const tab of ['Issuers', 'Stores', 'Happenings']) await page.getByRole('tab', { name: tab }).click()
    await page.locator('.mission').first().click()
    await page.locator('.tokens li').first().waitFor()
    const made = await page.evaluate(
      'document.querySelectorAll(\'img, script:not([src="assets/app.js"]), iframe, object, embed, [onerror], [onload], [style*=url]\').length',
    )
    expect([made, await page.title(), faults]).toEqual([0, 'aauth-guard console', []])
  })

  it('shows what cannot be seen as escapes, and bounds what is long', async () => {
    const fake = await serve({ isEmpty: true })
    const { page } = await openPage(browser, fake.url)
    fake.decide({ path: '/\u202egnp.exe', agent: `a${'b'.repeat(100_000)}` })
    await page.locator('.row').first().waitFor()
    expect(await page.locator('.row-path').textContent()).toBe('/\\u202egnp.exe')
    expect(await page.locator('.row-path .escape').textContent()).toBe('\\u202e')
    expect((await page.locator('.row-agent').textContent())?.length).toBeLessThan(200)
    await page.locator('.row').click()
    await page.locator('.detail').waitFor()
    expect((await page.locator('#panel').textContent())?.length).toBeLessThan(10_000)
    const isIsolated =
      "[...document.querySelectorAll('bdi')].every((one) => getComputedStyle(one).unicodeBidi === 'isolate')"
    expect(await page.evaluate(isIsolated)).toBe(true)
  })
})
