import { interactionScene, verdictOf } from '@aauth-guard/fixtures/interaction'
import { describe, expect, it, vi } from 'vitest'
import { managedStateOf } from '../../src/managed/managed-state.ts'
import { WaitingPolls } from '../../src/managed/waiting-polls.ts'
import { useFakeTimeouts } from '../limits/fake-timeouts.ts'
import { s256 } from './owners.ts'

const person = 'alice'
const approver = 'https://ps.example'

describe('a poll', () => {
  it('under a mission that was terminated is refused for that, whatever the id is [DEFER-2, R11-188, R11-212]', async () => {
    const { ask, poll, resource, agent } = await interactionScene()
    const { location } = await ask()
    const token = await agent.personToken({ mission: s256 })
    expect(verdictOf(await poll(location, { token }))).toEqual([404, 'not_found'])
    await resource.missions.terminate({ approver, s256 })
    expect(verdictOf(await poll(location, { token }))).toEqual([403, 'mission_terminated'])
  })

  it('of a request that ended with its mission names the termination, once [DEFER-4, R11-214]', async () => {
    const { ask, poll, resource, agent } = await interactionScene()
    const token = await agent.personToken({ mission: s256 })
    const { location } = await ask({ token })
    // Another process knows of it, and this one does not yet.
    await managedStateOf(resource).records.end({ mission: { approver, s256 } }, 'mission_terminated')
    const told = await poll(location, { token })
    expect([verdictOf(told), JSON.parse(told.body).mission_status]).toEqual([
      [403, 'mission_terminated'],
      'terminated',
    ])
    expect(verdictOf(await poll(location, { token }))).toEqual([410, 'gone'])
  })

  it('that answers a question after the person has decided changes nothing [DEFER-7, R11-217]', async () => {
    const { ask, poll, page } = await interactionScene()
    const { location, code } = await ask()
    const { handle } = await page.redeemCode(code, { person })
    await page.ask(handle, { person, question: 'Which notes?' })
    await page.deny(handle, { person })
    const answered = await poll(location, {
      method: 'POST',
      digest: true,
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ action: 'clarification_response', clarification_response: 'all' }),
    })
    expect(verdictOf(answered)).toEqual([400, 'invalid_request'])
    expect(verdictOf(await poll(location))).toEqual([403, 'denied'])
  })
})

describe('polls that wait', () => {
  useFakeTimeouts()

  it('wait for 20 seconds at most, whatever they prefer [R11-215]', async () => {
    const polls = new WaitingPolls()
    void polls.begin('a', 3600)
    void polls.begin('b', 5)
    await vi.advanceTimersByTimeAsync(4999)
    expect(polls.waiting).toBe(2)
    await vi.advanceTimersByTimeAsync(1)
    expect(polls.waiting).toBe(1)
    await vi.advanceTimersByTimeAsync(14_999)
    expect(polls.waiting).toBe(1)
    await vi.advanceTimersByTimeAsync(1)
    expect([polls.waiting, vi.getTimerCount()]).toEqual([0, 0])
  })

  it('are 500, and one of each request; further ones are answered at once [R11-215]', () => {
    const polls = new WaitingPolls()
    for (let made = 0; made < 500; made++) void polls.begin(`${made}`, 10)
    expect([polls.waiting, polls.begin('one more', 10)]).toEqual([500, undefined])
    polls.wake('7')
    expect(polls.begin('8', 10)).toBeUndefined()
    expect(polls.begin('one more', 10)).toBeDefined()
    polls.close()
    expect([polls.waiting, polls.begin('late', 10)]).toEqual([0, undefined])
  })
})
