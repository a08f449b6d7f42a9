import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { resolve } from 'node:path'
import { createInterface } from 'node:readline'
import type { ConsoleState } from '@aauth-guard/console'
import { describe, expect, it, onTestFinished } from 'vitest'
import { runDemo } from '../run.ts'
import { WatchedWorld } from './world.ts'

const main = resolve(import.meta.dirname, '../main.ts')

/** Starts the program, and opens the address that it prints, as a browser would. */
async function start(...args: readonly string[]) {
  const program = spawn(process.execPath, [main, '--console', ...args], {
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  onTestFinished(() => void program.kill('SIGKILL'))
  let address: string | undefined
  for await (const line of createInterface(program.stdout)) {
    address = /http:\/\/127\.0\.0\.1:\S+/.exec(line)?.[0]
    if (address !== undefined) break
  }
  program.stdout.resume()
  const opened = await fetch(address as string, { redirect: 'manual' })
  const cookie = opened.headers.get('set-cookie')?.split(';')[0] as string
  const state = async () =>
    (await fetch(new URL('state', address), { headers: { cookie } })).json() as Promise<ConsoleState>
  const stop = async () => {
    program.kill('SIGINT')
    const [code] = await once(program, 'exit')
    return code
  }
  return { state, stop }
}

describe('the demo with --console', () => {
  it('shows agents at work, some of whom are refused, and ends with Ctrl-C', async () => {
    const { state, stop } = await start('--rate', '10000')
    const codes = [
      'invalid_signature',
      'invalid_input',
      'invalid_jwt',
      'expired_jwt',
      'revoked_jwt',
      'auth_token_required',
      'person_token_required',
      'mission_required',
      'server_error',
    ]
    // What is shown of missions is renewed every two seconds, and old decisions make room: each fact is waited for.
    const wanted = new Map<string, (found: ConsoleState) => boolean>([
      ['every code', ({ series }) => codes.every((code) => series.codes[code] !== undefined)],
      ['an acceptance', ({ decisions }) => decisions.some(({ outcome }) => outcome === 'accepted')],
      ['missions', ({ snapshot }) => snapshot.missions.length > 3],
      ['trust', ({ decisions }) => decisions.some(({ hint }) => hint?.includes('is not trusted'))],
      ['every route', ({ series }) => Object.keys(series.routes).length === 4],
    ])
    let found: ConsoleState
    do {
      found = await state()
      for (const [fact, isThere] of wanted) if (isThere(found)) wanted.delete(fact)
    } while (wanted.size > 0)
    expect(Object.keys(found.series.routes).sort()).toEqual([
      'notes.read',
      'notes.write',
      'reports.read',
      'whoami',
    ])
    expect(await stop()).toBe(0)
  })

  it('stands still at the rate 0, and can be looked at', async () => {
    const { state, stop } = await start('--rate', '0')
    expect((await state()).decisions).toEqual([])
    expect(await stop()).toBe(0)
  })

  it.each(['-1', 'x', '', '1e9', 'NaN'])('refuses the rate %j', async (rate) => {
    const run = runDemo(
      ['--console', `--rate=${rate}`],
      () => undefined,
      (_, text) => text,
    )
    await expect(run).rejects.toThrow(RangeError)
  })

  it('terminates the oldest mission, whose agent goes on, and begins another one', async () => {
    const world = await WatchedWorld.open()
    onTestFinished(() => world.close())
    const learned: string[] = []
    const refused: (string | undefined)[] = []
    world.resource.listen({
      onEvent: (event) => event.type === 'aauth.mission_terminated.v1' && learned.push(event.learnedFrom),
      onDecision: ({ code }) => refused.push(code),
    })
    for (let i = 0; i < 60; i += 1) await world.act()
    await world.endOldestMission()
    while (!refused.includes('mission_terminated')) await world.act()
    const missions = world.resource.snapshot().missions
    expect(learned).toEqual(['announcement'])
    expect(missions.filter(({ terminated }) => terminated !== undefined)).toHaveLength(1)
  })
})
