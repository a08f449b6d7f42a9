import { mission } from '@aauth-guard/fixtures/missions'
import { makeWorld } from '@aauth-guard/fixtures/world'
import type { Browser } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, it, onTestFinished } from 'vitest'
import { chromium } from '../../../../scripts/chromium.ts'
import { consoleServer } from '../../src/node/index.ts'
import { launch, openPage, picture, untilTrue } from './open-page.ts'

describe.skipIf(chromium === undefined)('the page of the console, at its server', () => {
  let browser: Browser

  beforeAll(async () => {
    browser = await launch()
  })
  afterAll(() => browser?.close())

  async function makeServed() {
    const world = await makeWorld()
    const server = await consoleServer({ resource: world.resource, log: () => undefined })
    onTestFinished(() => server.close())
    return { ...world, server }
  }

  it('waits for the first request, and shows it when it comes', async () => {
    const { server, refusal } = await makeServed()
    const { page, faults } = await openPage(browser, server.url)
    await page.getByText('No request so far').waitFor()
    await refusal('not a token')
    await page.locator('.row').waitFor()
    await page.locator('.row').click()
    await page.locator('.detail').waitFor()
    expect(await page.locator('.todo').textContent()).toContain('What you must do')
    await page.keyboard.press('Escape')
    await page.keyboard.press('Escape')
    await Promise.all(Array.from({ length: 40 }, () => refusal('not a token')))
    await untilTrue(page, "document.querySelector('.strip.refused .strip-number')?.textContent === '41'")
    await untilTrue(page, "document.querySelector('.row')?.ariaSetSize === '41'")
    expect(faults).toEqual([])
  })

  it('shows a mission with its token, and that it was terminated as soon as the resource learns of it', async () => {
    const { server, ...world } = await makeServed()
    const { page, faults } = await openPage(browser, server.url)
    const token = await world.agent.authToken({ mission: mission.s256 })
    await world.call(token)
    await page.locator('.mission.active').waitFor()
    await world.resource.missions.terminate(mission, 'budget used up')
    await world.refusal(token)
    await page.locator('.mission.lingering, .mission.over').click()
    await page.locator('.tokens li').waitFor()
    await untilTrue(page, "document.querySelectorAll('.mission-decisions li').length === 2")
    await picture(page, 'real-mission')
    const text = await page.locator('#panel').textContent()
    expect(text).toContain('the operator, in this process')
    expect(text).toContain('budget used up')
    expect([await page.locator('.row.refused .row-code').textContent(), faults]).toEqual([
      'mission_terminated',
      [],
    ])
  })
})
