import type { ReplayStore, ReplayVerdict } from '@aauth-guard/core'
import { monitorMissions } from '@aauth-guard/core/missions'
import { describe, expect, it, onTestFinished, vi } from 'vitest'
import { digest } from '../missions/watched.ts'
import { printFigures, type Send } from './beside.ts'
import { anyPersonServer, listedServer, makeScene, type SceneOptions } from './scene.ts'
import { stopDeadlines } from './stopped-deadlines.ts'

const evil = 'https://evil.example'
const turn = (): Promise<void> => new Promise((resolve) => setImmediate(resolve))

/** Never answers for the attacker, and counts how often it was called. */
function hangingFor(attacker: string) {
  const state = { asked: 0 }
  const ask = <T>(who: string | undefined, answer: T): T | Promise<T> => {
    if (who !== attacker) return answer
    state.asked += 1
    return new Promise<T>(() => undefined)
  }
  return { state, ask }
}
type Ask = ReturnType<typeof hangingFor>['ask']

const callbacks: Readonly<Record<string, (ask: Ask) => SceneOptions>> = {
  '"check"': (ask) => ({ requirement: { check: ({ iss }) => ask(iss, true) } }),
  '"blobs" of monitorMissions': (ask) => ({
    missions: monitorMissions({ blobs: ({ approver }) => ask(approver, undefined) }),
    requirement: { mission: 'required' },
  }),
  '"source" of monitorMissions': (ask) => ({
    missions: monitorMissions({ source: ({ approver }) => ask(approver, { status: 'active' as const }) }),
  }),
}

describe('thirty requests for which a callback of the operator never settles', () => {
  it.each(Object.entries(callbacks))(
    '(%s) are answered 503 at the deadline, and others are served meanwhile',
    async (_, options) => {
      const { pass } = stopDeadlines()
      const { state, ask } = hangingFor(evil)
      const scene = await makeScene({ ...anyPersonServer, ...options(ask) })
      const [listed, unlisted, attacker] = (await Promise.all(
        [listedServer, 'https://other-ps.example', evil].map(async (id) => {
          const caller = await scene.caller(id, 'person-server')
          return async () =>
            caller.call({ token: await caller.token({ mission: digest(scene.net.nextId()) }) })
        }),
      )) as [Send, Send, Send]
      const answers: string[] = []
      const attack = Array.from({ length: 30 }, async () => answers.push(await attacker()))
      while (state.asked < 30) await turn()
      const honest = [await listed(), await unlisted()]
      const before = answers.length
      pass(5000)
      await Promise.all(attack)
      printFigures({ listed: honest[0], unlisted: honest[1], attack: answers })
      expect([honest, before]).toEqual([['200', '200'], 0])
      expect(new Set(answers.map((answer) => answer.slice(0, 16)))).toEqual(new Set(['503 server_error']))
    },
  )
})

it('when 1000 calls wait for a hanging store, the next one is refused at once, and calls without the store are served', async () => {
  const { pass } = stopDeadlines()
  // A call that waits for longer than its deadline allows is not counted.
  const clock = vi.spyOn(performance, 'now').mockReturnValue(performance.now())
  onTestFinished(() => clock.mockRestore())
  let marks = 0
  let hangs = true
  const mark: ReplayStore['mark'] = () => {
    marks += 1
    return hangs ? new Promise<ReplayVerdict>(() => undefined) : 'first'
  }
  const scene = await makeScene({ stores: { replays: { mark } } })
  const listed = await scene.caller(listedServer, 'person-server')
  const attacker = await scene.caller(evil)
  await Promise.all([listed.call(), attacker.call()])
  const unsafe = (): object => ({ method: 'POST', params: { nonce: scene.net.nextId() } })
  const answers: string[] = []
  const attack = Array.from({ length: 1000 }, async () => answers.push(await attacker.call(unsafe())))
  while (marks < 1000) await turn()
  const meanwhile = [await attacker.call(unsafe()), await listed.call(unsafe()), await listed.call()]
  printFigures({ 'attacker, listed, listed with GET': meanwhile })
  expect(meanwhile).toEqual(['503 server_error 5', '503 server_error 5', '200'])
  expect([marks, answers.length]).toEqual([1000, 0])
  pass(500)
  await Promise.all(attack)
  expect(new Set(answers)).toEqual(new Set(['503 server_error 5']))
  hangs = false
  expect(await listed.call(unsafe())).toBe('200')
})
