import { createPublicKey, verify } from 'node:crypto'
import { authorize, type RequestEvidence } from '@aauth-guard/core'
import { makeWorld } from '@aauth-guard/fixtures/world'
import { toSignedRequest } from '@aauth-guard/testing'
import { compactVerify, decodeJwt, importJWK } from 'jose'
import { describe, expect, it } from 'vitest'

async function makeScene() {
  const found: (RequestEvidence | undefined)[] = []
  const world = await makeWorld({
    replay: 'off',
    onDecision: (_event, _refusal, evidence) => found.push(evidence()),
  })
  return { ...world, found }
}

/** Whether both signatures verify by what the evidence holds, and nothing else. */
async function verifies({ token, base, signature, keys }: RequestEvidence): Promise<boolean> {
  const [key] = keys
  await compactVerify(token, await importJWK({ ...key, alg: 'EdDSA' } as never))
  const { jwk } = decodeJwt<{ cnf: { jwk: object } }>(token).cnf
  const agent = createPublicKey({ key: jwk as never, format: 'jwk' })
  return verify(null, Buffer.from(base), agent, Buffer.from(signature, 'base64url'))
}

describe('the evidence of a request', () => {
  it.each(['of a new token', 'of a token that was seen before', 'of a second guard'])(
    'proves both signatures: %s',
    async (which) => {
      const { agent, resource, found } = await makeScene()
      const token = await agent.authToken({ scope: 'access' })
      const message = await agent.sign('https://notes.example/notes?q=1', {}, { token })
      const request = toSignedRequest(message)
      await authorize(resource, request)
      if (which !== 'of a new token')
        await authorize(resource, which === 'of a second guard' ? request : toSignedRequest(message))
      const evidence = found.at(-1) as RequestEvidence
      expect(evidence).toMatchObject({
        token,
        covered: ['@method', '@authority', '@path', 'signature-key'],
        issuer: 'https://ps.example',
        document: 'aauth-person.json',
        verifiedAt: 1_790_000_000,
      })
      expect(evidence.base).toContain('"@path": /notes\n')
      expect(await verifies(evidence)).toBe(true)
      expect(await verifies({ ...evidence, base: evidence.base.replace('/notes', '/other') })).toBe(false)
    },
  )

  it('is there for a request that was verified and then refused', async () => {
    const { agent, refusal, found } = await makeScene()
    await refusal(await agent.authToken({ scope: 'access' }), { requirement: { check: () => false } })
    expect(await verifies(found.at(-1) as RequestEvidence)).toBe(true)
  })

  it.each([
    ['is not signed', undefined],
    ['has a signature of another message', 'other-path'],
    ['is stale', 'stale'],
  ] as const)('is undefined for a request that %s', async (_, mistake) => {
    const { agent, resource, refusal, found } = await makeScene()
    if (mistake === undefined) {
      const message = await agent.sign('https://notes.example/notes', {}, { token: await agent.authToken() })
      await authorize(resource, toSignedRequest({ ...message, headers: [] })).catch(() => undefined)
    } else await refusal(await agent.authToken({ scope: 'access' }), { mistake })
    expect(found).toEqual([undefined])
  })
})
