import type { DecisionEvent } from '@aauth-guard/core'
import { expect, it, onTestFinished } from 'vitest'
import { proxies } from './installed-proxies.ts'
import { startWorld } from './target-world.ts'

/** What an answer says, in the words of a decision. */
type Seen = Pick<DecisionEvent, 'outcome' | 'status' | 'code' | 'method' | 'path' | 'kind'>

it.each(['express', 'koa', 'fastify', 'hono', 'fetch', 'gateway', ...proxies])(
  'on %s the target writes each decision to stderr, as it was answered',
  async (adapter) => {
    const world = await startWorld(adapter)
    let isOver = false
    const end = async (): Promise<void> => {
      if (!isOver) await world.end()
      isOver = true
    }
    onTestFinished(end)
    const { agent } = world
    const tokens = {
      agent: await agent.agentToken(),
      person: await agent.personToken(),
      auth: await agent.authToken({ scope: 'data.read' }, world.net.accessServer),
    }
    const seen: Seen[] = []
    const call = async (expected: Seen, ...args: Parameters<typeof world.call>): Promise<void> => {
      const response = await world.call(...args)
      const body = (await response.json()) as { error?: string }
      // What was answered is what is expected to be written.
      expect([response.status, body.error]).toEqual([expected.status ?? 200, expected.code])
      seen.push(expected)
    }
    const get = { method: 'GET' } as const
    const accepted = { ...get, outcome: 'accepted' } as const
    const stale = { ...get, outcome: 'refused', status: 401, code: 'invalid_signature' } as const
    const challenged = { ...get, outcome: 'challenged', status: 401, code: 'person_token_required' } as const
    await call({ ...accepted, path: '/agent', kind: 'agent-token' }, tokens.agent, '/agent?secret=1')
    await call({ ...accepted, path: '/read', kind: 'auth-token' }, tokens.auth, '/read')
    await call({ ...challenged, path: '/read', kind: 'agent-token' }, tokens.agent, '/read')
    await call({ ...stale, path: '/agent' }, tokens.agent, '/agent', {}, { mistake: 'stale' })
    const post = { method: 'POST', path: '/aauth/authorize', kind: 'person-token' } as const
    await call(
      { ...post, outcome: 'refused', status: 400, code: 'invalid_scope' },
      tokens.person,
      post.path,
      {
        method: 'POST',
        headers: { 'content-type': 'application/json' },
        body: '{"scope":"data.write"}',
      },
    )
    await end()

    const { stderr } = await world.target.ended
    const lines = stderr
      .trimEnd()
      .split('\n')
      .map((line) => JSON.parse(line) as { decision?: DecisionEvent })
    const decisions = lines.flatMap(({ decision }) => (decision === undefined ? [] : [decision]))
    expect(decisions.map(seenOf)).toEqual(seen)
    expect(decisions.map(({ seq }) => seq)).toEqual(seen.map((_, index) => index + 1))
    expect(new Set(decisions.map(({ request }) => request)).size).toBe(seen.length)
    // A refusal has its own line as well.
    expect(lines.length - decisions.length).toBe(seen.filter(({ code }) => code !== undefined).length)
    for (const secret of [...Object.values(tokens), 'secret=1']) expect(stderr).not.toContain(secret)
  },
  60_000,
)

function seenOf({ outcome, status, code, method, path, kind }: DecisionEvent): Seen {
  return {
    outcome,
    method,
    path,
    ...(status !== undefined && { status }),
    ...(code !== undefined && { code }),
    ...(kind !== undefined && { kind }),
  }
}
