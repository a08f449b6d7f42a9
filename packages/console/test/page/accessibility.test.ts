import type { Browser, Page } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { chromium } from '../../../../scripts/chromium.ts'
import { launch, openPage, overflows, picture, serve, untilTrue, violations } from './open-page.ts'

describe.skipIf(chromium === undefined)('the page of the console', () => {
  let browser: Browser

  beforeAll(async () => {
    browser = await launch()
  })
  afterAll(() => browser?.close())

  it.each(['light', 'dark'] as const)(
    'has no accessibility faults that axe finds in the %s scheme',
    async (colorScheme) => {
      const { url } = await serve()
      const { page } = await openPage(browser, url, { colorScheme, bypassCSP: true })
      const found = [await violations(page)]
      await page.locator('.row.refused').first().click()
      await page.locator('.detail').waitFor()
      found.push(await violations(page, '#panel'))
      await picture(page, `decision-${colorScheme}`)
      await page.keyboard.press('Escape')
      await page.locator('.mission.lingering').first().click()
      await page.locator('.tokens li').first().waitFor()
      found.push(await violations(page, '#panel'))
      await picture(page, `mission-${colorScheme}`)
      await page.keyboard.press('Escape')
      for (const tab of ['Issuers', 'Stores']) {
        await page.getByRole('tab', { name: tab }).click()
        found.push(await violations(page, '#world'))
      }
      await page.keyboard.press('?')
      found.push(await violations(page, '#keys'))
      expect(found.flat()).toEqual([])
    },
  )

  it.each(['light', 'dark'] as const)(
    'has no accessibility faults that axe finds while it is empty, in the %s scheme',
    async (colorScheme) => {
      const { url } = await serve({ isEmpty: true })
      const { page } = await openPage(browser, url, { colorScheme, bypassCSP: true })
      expect(await page.locator('.list').textContent()).toContain('waits for the first request')
      expect(await violations(page)).toEqual([])
    },
  )

  it('takes the scheme of the system, and the other one from its switch, after a reload too', async () => {
    const { url } = await serve()
    const { page } = await openPage(browser, url, { colorScheme: 'light' })
    const ground = () => page.evaluate('getComputedStyle(document.body).backgroundColor')
    const light = await ground()
    await page.getByRole('button', { name: 'Colours' }).click()
    const dark = await ground()
    await page.reload()
    await page.locator('.pill.live').waitFor()
    expect(dark).not.toBe(light)
    expect(await ground()).toBe(dark)
  })

  it('leads from the filter to a decision, its mission and back with the keyboard alone', async () => {
    const fake = await serve()
    const { page } = await openPage(browser, fake.url)
    await page.keyboard.press('/')
    await page.keyboard.type('mission_terminated')
    await untilTrue(page, "document.querySelectorAll('.row:not(.refused)').length === 0")
    await tabTo(page, 'rows')
    await page.keyboard.press('ArrowDown')
    await page.keyboard.press('ArrowDown')
    await untilTrue(page, "document.querySelectorAll('.row')[1]?.ariaSelected === 'true'")
    expect(await page.locator('#rows').getAttribute('aria-activedescendant')).toBe(
      await page.locator('.row').nth(1).getAttribute('id'),
    )
    await page.keyboard.press('Enter')
    await untilTrue(page, "document.activeElement?.className === 'why'")
    expect(await page.locator('.why').textContent()).toContain('was terminated')
    await tabTo(page, 'link-row')
    await page.keyboard.press('Enter')
    await page.locator('.tokens li').first().waitFor()
    await page.keyboard.press('Escape')
    await page.locator('#panel').waitFor({ state: 'hidden' })
    expect(await page.evaluate('document.activeElement?.id')).toBe('rows')
    await page.keyboard.press('Escape')
    await page.locator('.pill.live').waitFor()
  })

  it('reaches every control with Tab, and shows where the focus is', async () => {
    const { url } = await serve()
    const { page } = await openPage(browser, url)
    const controls = (await page.evaluate(
      '[...document.querySelectorAll(\'button, input, select, a[href], [tabindex="0"]\')].filter((one) => one.tabIndex === 0 && one.checkVisibility()).length',
    )) as number
    const reached = new Set<string>()
    for (let steps = 0; steps < controls + 10; steps++) {
      await page.keyboard.press('Tab')
      const [outline, at] = (await page.evaluate(`(() => {
        const focused = document.activeElement
        focused.mark ??= String(window.marks = (window.marks ?? 0) + 1)
        return [getComputedStyle(focused).outlineStyle, focused === document.body ? '' : focused.mark]
      })()`)) as [string, string]
      if (at === '') continue
      reached.add(at)
      expect(outline).not.toBe('none')
    }
    expect(reached.size).toBe(controls)
  })

  it('does nothing on single keys once they are switched off', async () => {
    const { url } = await serve()
    const { page } = await openPage(browser, url)
    await page.keyboard.press('?')
    await page.getByLabel('Single keys are on').uncheck()
    await page.getByRole('button', { name: 'Close' }).click()
    await page.keyboard.press('p')
    await page.keyboard.press('/')
    expect(await page.locator('.pill').textContent()).toBe('Live')
    expect(await page.evaluate('document.activeElement?.id')).not.toBe('filter')
  })

  it.each([400, 800, 1440])('fits a window %i pixels wide, with its panels', async (width) => {
    const { url } = await serve({ hostile: true })
    const { page } = await openPage(browser, url, { viewport: { width, height: 860 } })
    const found = [await overflows(page)]
    await page.locator('.row.refused').first().click()
    await page.locator('.detail').waitFor()
    found.push(await overflows(page))
    await page.keyboard.press('Escape')
    await page.locator('.mission').first().click()
    await page.locator('.tokens li').first().waitFor()
    found.push(await overflows(page))
    await picture(page, `hostile-mission-${width}`)
    const wide = `[...document.querySelectorAll('.panel-body *')].filter((one) => one.getBoundingClientRect().right > innerWidth + 1).length`
    expect([...found, await page.evaluate(wide)]).toEqual([false, false, false, 0])
  })
})

/** Presses Tab until the focus is on the element with this id or class. */
async function tabTo(page: Page, name: string): Promise<void> {
  for (let steps = 0; steps < 60; steps++) {
    await page.keyboard.press('Tab')
    const [id, classes] = (await page.evaluate(
      '[document.activeElement.id, document.activeElement.className]',
    )) as string[]
    if (id === name || classes?.split(' ').includes(name)) return
  }
  throw new Error(`"${name}" was not reached`)
}
