import type { Browser, Page } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { chromium } from '../../../../scripts/chromium.ts'
import { launch, openPage, serve, untilTrue } from './open-page.ts'

describe.skipIf(chromium === undefined)('the live page of the console', () => {
  let browser: Browser

  beforeAll(async () => {
    browser = await launch()
  })
  afterAll(() => browser?.close())

  const first = (page: Page) => page.locator('.row').first()
  const until = (page: Page, path: string) =>
    untilTrue(page, `document.querySelector('.row .row-path')?.textContent === ${JSON.stringify(path)}`)

  it('shows a decision first when it happens, under any path that it is mounted at', async () => {
    const fake = await serve({ isEmpty: true, path: '/ops/console/' })
    const { page, faults } = await openPage(browser, fake.url)
    fake.decide({ path: '/first' })
    fake.decide({ path: '/second', outcome: 'refused', code: 'expired_jwt' })
    await until(page, '/second')
    expect(await first(page).textContent()).toContain('Refused')
    expect([await page.locator('.row').count(), faults]).toEqual([2, []])
  })

  it('holds the list still while somebody reads, and counts what is newer', async () => {
    const fake = await serve()
    const { page } = await openPage(browser, fake.url)
    await page.locator('.row').nth(2).click()
    const rows = async () => (await page.locator('.row').allTextContents()).slice(0, 12)
    const before = await rows()
    for (let count = 0; count < 7; count++) fake.decide({ path: `/later/${count}` })
    await page.getByRole('button', { name: '7 newer' }).waitFor()
    expect(await rows()).toEqual(before)
    expect(await page.locator('.pill').textContent()).toBe('Paused')
    await page.getByRole('button', { name: '7 newer' }).click()
    await until(page, '/later/6')
    expect(await page.locator('.pill').textContent()).toBe('Live')
  })

  it('keeps refusals in reach when thousands are accepted after them', async () => {
    const fake = await serve({ isEmpty: true })
    const { page } = await openPage(browser, fake.url)
    fake.decide({ path: '/lost', outcome: 'refused', code: 'revoked_jwt' })
    for (let count = 0; count < 2500; count++) fake.decide({ path: `/fine/${count}`, outcome: 'accepted' })
    await until(page, '/fine/2499')
    expect(await page.locator('.row').count()).toBeLessThan(60)
    await page.locator('.chip.refused').click()
    await until(page, '/lost')
    expect(await page.locator('.row').count()).toBeGreaterThanOrEqual(1)
  })

  it('filters by outcome, by a bar of a code, by a value and by text, and clears the filter', async () => {
    const fake = await serve({ isEmpty: true })
    const { page } = await openPage(browser, fake.url)
    fake.decide({
      path: '/a',
      outcome: 'refused',
      code: 'expired_jwt',
      requirement: 'one',
      agent: 'aauth:x@y.example',
    })
    fake.decide({
      path: '/b',
      outcome: 'refused',
      code: 'revoked_jwt',
      requirement: 'two',
      agent: 'aauth:z@y.example',
    })
    const { code: _, ...accepted } = fake.decide({ path: '/c', outcome: 'challenged', requirement: 'one' })
    await until(page, '/c')
    const paths = async (count: number) => {
      await untilTrue(page, `document.querySelectorAll('.row').length === ${count}`)
      return page.locator('.row-path').allTextContents()
    }
    expect(accepted.outcome).toBe('challenged')
    await page.locator('.chip.refused').click()
    expect(await paths(2)).toEqual(['/b', '/a'])
    await page.locator('.tally-row', { hasText: 'revoked_jwt' }).click()
    expect(await paths(1)).toEqual(['/b'])
    await page.getByRole('button', { name: 'Clear filter' }).click()
    expect(await paths(3)).toEqual(['/c', '/b', '/a'])
    await page.getByLabel('Filter by route').selectOption('one')
    expect(await paths(2)).toEqual(['/c', '/a'])
    await page.getByLabel('Filter by any text').fill('aauth:x@')
    expect(await paths(1)).toEqual(['/a'])
    await page.getByLabel('Filter by any text').fill('nothing has this')
    await page.getByText('No decision passes the filter').waitFor()
  })

  it('says why, what the agent does and what the operator does, and what was only claimed', async () => {
    const fake = await serve({ isEmpty: true })
    const { page } = await openPage(browser, fake.url)
    const { agent: _, issuer: __, ...rest } = fake.decide()
    const explanation = { why: 'The clock is wrong.', agent: 'Wait.', operator: 'Set the clock.' }
    fake.decide({
      ...rest,
      seq: 900,
      path: '/clock',
      step: 2,
      outcome: 'refused',
      code: 'clock_skew',
      explanation,
      agent: undefined as never,
      issuer: undefined as never,
      claimed: { agent: 'aauth:liar@x.example' },
    })
    await until(page, '/clock')
    expect(await first(page).textContent()).toContain('claimed')
    await first(page).click()
    await page.locator('.detail').waitFor()
    const text = ((await page.locator('.detail').textContent()) ?? '').replaceAll(/\s+/g, ' ')
    expect(text.indexOf('The clock is wrong.')).toBeLessThan(text.indexOf('Wait.'))
    expect(text.indexOf('Wait.')).toBeLessThan(text.indexOf('Set the clock.'))
    expect(text).toMatch(/claimed, not verified.*aauth:liar@x\.example/)
    expect(text).toMatch(/Steps of this request/)
  })

  it('shows who holds tokens of a mission, and that it was terminated as soon as this is learned', async () => {
    const fake = await serve()
    const mission = fake.world.terminate(Date.now(), 'stopped at night')
    const { page } = await openPage(browser, fake.url)
    await page.locator('.mission.lingering', { hasText: 'stopped at night' }).click()
    await page.locator('.tokens li').first().waitFor()
    const text = await page.locator('#panel').textContent()
    expect(text).toContain('Elsewhere a token could still be accepted until')
    expect(text).toContain('This is what this process knows.')
    expect(text).toContain('an announcement of its person server')
    expect(text).toContain(mission?.s256)
    expect(await page.locator('.tokens li').count()).toBe(
      fake.world.missionState(mission?.approver ?? '', mission?.s256 ?? '', [])?.outstanding.tokens.length,
    )
  })

  it('connects again after a restart of the server, keeps what it had, and shows the other process', async () => {
    const before = await serve({ seed: 1, past: 20 })
    const { page } = await openPage(browser, before.url)
    const kept = before.decide({ path: '/before' })
    await until(page, '/before')
    await before.close()
    await page.locator('.pill.reconnecting').waitFor()
    const after = await serve({ seed: 2, isEmpty: true, port: before.port })
    await page.locator('.pill.live').waitFor()
    after.decide({ path: '/after' })
    await until(page, '/after')
    expect(await page.locator('.row-path').nth(1).textContent()).toBe('/before')
    expect(await page.locator('.whose').textContent()).toContain(after.world.process.slice(0, 8))
    expect(kept.process).not.toBe(after.world.process)
  })

  it('says that the server ended the stream, that it samples, and comes back', async () => {
    const fake = await serve()
    const { page } = await openPage(browser, fake.url)
    fake.sampled(200, 1340)
    await page.getByText('Sampled: 200 of 1\u202f340 a second are listed').waitFor()
    fake.goodbye('renew')
    await page.locator('.pill.live').waitFor()
    fake.decide({ path: '/back' })
    await until(page, '/back')
  })

  it('renders a flood of 10 000 decisions a minute, and prints its long tasks', async () => {
    const fake = await serve({ rate: 10_000, past: 2000 })
    const { page, faults } = await openPage(browser, fake.url)
    await page.evaluate('longTasks.length = 0')
    const from = await page.locator('.strip.accepted .strip-number').textContent()
    await untilTrue(
      page,
      `document.querySelector('.strip.accepted .strip-number')?.textContent !== ${JSON.stringify(from)} && document.querySelectorAll('.row').length > 10`,
    )
    for (let count = 0; count < 500; count++) fake.decide()
    const last = fake.decide({ path: '/last-of-the-flood', outcome: 'failed' })
    await page.locator('.chip.failed').click()
    await untilTrue(page, `document.getElementById('row-${last.process}.${last.seq}') !== null`)
    console.log(`long tasks of the page, in ms: ${JSON.stringify(await page.evaluate('longTasks'))}`)
    expect(faults).toEqual([])
  })
})
