import { type HeldResult, hold, type RunHeld } from '@aauth-guard/core/managed'
import { readContent, signedRequest } from '@aauth-guard/core/node'
import { wellKnown } from '@aauth-guard/express'
import express from 'express'
import { describe, expect, it } from 'vitest'
import { makeManagedScene } from './managed-scene.ts'
import { hopsOf, lineOf } from './run-fetch.ts'
import type { Scene } from './scene.ts'

const payment = '{"to":"bob","amount":12}'

interface Holding extends Scene {
  /** The contents that were run. */
  readonly runs: string[]
}

/** An API that keeps payments until an auth token approves them. */
async function makeHolding(run?: RunHeld): Promise<Holding> {
  const runs: string[] = []
  const scene = await makeManagedScene(({ resource }) => {
    const result: HeldResult = {
      status: 201,
      body: '"paid"',
      headers: { 'content-type': 'application/json' },
    }
    const payments = hold(
      resource,
      { name: 'payments', scope: 'notes.write' },
      async (call) => {
        runs.push(new TextDecoder().decode(call.body))
        return (await run?.(call)) ?? result
      },
      { durability: 'lossy' },
    )
    return express()
      .use(wellKnown(resource))
      .post('/payments', async (req, res) => {
        const { status, headers, body } = await payments.answer(signedRequest(req), (limit) =>
          readContent(req, limit),
        )
        res.status(status).set(headers).send(body)
      })
  })
  scene.world.personServer.policy.asks = () => false
  return { ...scene, runs }
}

describe('a call that the API holds', () => {
  it('runs once the auth token is there, and its result is the response [R11-181]', async () => {
    const { fetch, runs } = await makeHolding()
    const ran = await fetch('/payments', ['-d', payment, '--json'])
    expect([ran.code, lineOf(ran).status, lineOf(ran).body, runs]).toEqual([0, 201, 'paid', [payment]])
    expect(hopsOf(ran).map((hop) => hop.replace(/aauth\/pending\/.*/, 'aauth/pending/ID'))).toEqual([
      '401 agent-token POST /payments',
      '200 unsigned GET /.well-known/aauth-person.json',
      '200 agent-token POST /person-token',
      '202 person-token POST /payments',
      '200 agent-token POST /auth-token',
      '201 auth-token GET /aauth/pending/ID',
    ])
  })

  it('waits while the person decides at their person server', async () => {
    const { fetch, runs, world, clock, origin } = await makeHolding()
    const { missions, policy } = world.personServer
    policy.asks = ({ about }) => about === 'auth-token'
    const onSay = (text: string): void => {
      const [, code] = /code=(\w+)/.exec(text) ?? []
      if (code !== undefined) clock.until = missions.approve(code)
    }
    const ran = await fetch('/payments', ['-d', payment], { onSay })
    expect([ran.code, ran.out, runs]).toEqual([0, '"paid"', [payment]])
    expect(ran.err.split('\n')).toEqual([
      `${origin} holds the call for an auth token.`,
      expect.stringMatching(/^A person has to decide: http:\/\/localhost/),
    ])
  })

  it('is not made again where its own result reads like a consent', async () => {
    const body = '{"status":"authorized","scope":"notes.write"}'
    const { fetch, runs, requests } = await makeHolding(async () => ({ status: 200, body }))
    const ran = await fetch('/payments', ['-d', payment])
    expect([ran.code, ran.out, runs.length]).toEqual([0, body, 1])
    expect(requests.filter((request) => request === 'POST /payments')).toHaveLength(2)
  })

  it('whose outcome is unknown is reported so, with a warning [DEFER-5]', async () => {
    const { fetch, runs } = await makeHolding(async () => {
      throw new Error('the database went away')
    })
    const ran = await fetch('/payments', ['-d', payment, '--json'])
    expect([ran.code, lineOf(ran).status, runs.length]).toEqual([1, 500, 1])
    expect(ran.err).toContain('The call was begun, and its outcome is unknown.')
    expect(ran.err).toContain('  the API may have run the call: find out before you make it again')
  })

  it('that is given up while it may run is reported with the same warning', async () => {
    const scenes: Holding[] = []
    const holding = await makeHolding(async () => {
      scenes[0]?.clock.advance(30_000)
      return new Promise(() => undefined)
    })
    scenes.push(holding)
    const ran = await holding.fetch('/payments', ['-d', payment, '--json', '--max-time', '20'])
    expect([ran.code, lineOf(ran).error]).toEqual([1, 'gave up after the 20 s of --max-time'])
    expect(ran.err).toContain('  the API may have run the call: find out before you make it again')
  })

  it('with --curl is left to be polled by the command that is printed', async () => {
    const { fetch, runs } = await makeHolding()
    const ran = await fetch('/payments', ['-d', payment, '--curl'])
    expect([ran.code, runs]).toEqual([0, []])
    expect(ran.out).toMatch(/^curl .*\/aauth\/pending\/[\w-]+'$/)
    expect(ran.out).not.toContain('bob')
  })
})
