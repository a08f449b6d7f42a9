import { toEcs, toOcsf } from '@aauth-guard/audit'
import { authorize, type DecisionEvent } from '@aauth-guard/core'
import { makeWorld } from '@aauth-guard/fixtures/world'
import { toSignedRequest } from '@aauth-guard/testing'
import { describe, expect, it } from 'vitest'

/** Decisions as a resource makes them. */
async function decisions(): Promise<Record<'accepted' | 'refused' | 'stale' | 'unsigned', DecisionEvent>> {
  const events: DecisionEvent[] = []
  const { agent, resource, call, refusal } = await makeWorld({
    replay: 'off',
    onDecision: (event) => events.push(event),
  })
  const token = await agent.authToken({ scope: 'access' })
  await call(token, { requirement: { name: 'notes.read' } })
  await refusal(token, { requirement: { name: 'notes.read', check: () => false } })
  const stale = await agent.sign('https://notes.example/notes', {}, { token, created: 1 })
  await authorize(resource, toSignedRequest(stale)).catch(() => undefined)
  const unsigned = { method: 'GET', target: '/notes', header: () => [], body: new Uint8Array() }
  await authorize(resource, unsigned).catch(() => undefined)
  const [accepted, refused, third, fourth] = events as [
    DecisionEvent,
    DecisionEvent,
    DecisionEvent,
    DecisionEvent,
  ]
  return { accepted, refused, stale: third, unsigned: fourth }
}

describe('toOcsf', () => {
  it('describes what a verified caller did as API Activity', async () => {
    const { accepted, refused } = await decisions()
    expect(toOcsf(accepted)).toMatchObject({
      class_uid: 6003,
      category_uid: 6,
      activity_id: 2,
      type_uid: 600_302,
      severity_id: 1,
      status_id: 1,
      metadata: { version: '1.6.0', product: { name: 'aauth-guard' } },
      actor: { user: { uid: accepted.person }, session: { uid: accepted.jti } },
      api: { operation: 'notes.read', request: { uid: accepted.request } },
      src_endpoint: { uid: accepted.thumbprint },
      http_request: { http_method: 'GET', url: { path: '/notes' } },
    })
    expect(toOcsf(refused)).toMatchObject({
      class_uid: 6003,
      status_id: 2,
      status_code: 'access_denied',
      api: { response: { code: 403, error: 'access_denied' } },
    })
  })

  it('describes a request that did not verify as Authentication, and names nobody', async () => {
    const { stale, unsigned } = await decisions()
    for (const event of [stale, unsigned])
      expect(toOcsf(event)).toMatchObject({
        class_uid: 3002,
        type_uid: 300_201,
        status_id: 2,
        status_code: 'invalid_signature',
        auth_protocol: 'AAuth',
        user: { name: 'unknown' },
      })
    const { unmapped, ...mapped } = toOcsf(stale)
    expect(unmapped).toMatchObject({ claimed: { issuer: 'https://ps.example' } })
    expect(JSON.stringify(mapped)).not.toContain('ps.example')
  })
})

describe('toEcs', () => {
  it('describes an acceptance and a refusal', async () => {
    const { accepted, refused } = await decisions()
    expect(toEcs(accepted)).toMatchObject({
      '@timestamp': new Date(accepted.time).toISOString(),
      event: { category: ['authentication', 'api'], type: ['access', 'allowed'], outcome: 'success' },
      user: { id: accepted.person },
      url: { path: '/notes' },
      rule: { name: 'notes.read' },
      aauth: { issuer: 'https://ps.example', token: { kind: 'auth-token', jti: accepted.jti } },
    })
    expect(toEcs(refused)).toMatchObject({
      event: { type: ['access', 'denied'], outcome: 'failure', code: 'access_denied' },
      http: { response: { status_code: 403 } },
      error: { code: 'access_denied' },
    })
  })

  it('puts what an unverified caller claims under "aauth.claimed" only', async () => {
    const { stale } = await decisions()
    const { aauth, ...others } = toEcs(stale)
    expect(aauth).toMatchObject({ claimed: { issuer: 'https://ps.example' } })
    expect(JSON.stringify(others)).not.toContain('ps.example')
  })
})
