import { answer, authorize, createResource, resourceLink } from '@aauth-guard/core'
import { answerWellKnown } from '@aauth-guard/core/adapter'
import { makeWorld } from '@aauth-guard/fixtures/world'
import { toSignedRequest } from '@aauth-guard/testing'
import { describe, expect, it } from 'vitest'

const base = { issuer: 'https://notes.example', trust: 'any' } as const
const link = '<https://notes.example/.well-known/aauth-resource.json>; rel="aauth-resource"'
const unsigned = { method: 'GET', target: '/notes', header: () => [] }

describe('the link to the metadata of a resource', () => {
  it('names the server identifier and the path of the protocol, whatever prefix a proxy strips [R11-276, R11-277]', () => {
    expect(resourceLink(createResource(base))).toBe(link)
    expect(resourceLink(createResource({ ...base, strippedPrefix: '/api' }))).toBe(link)
    expect(() => resourceLink({ ...createResource(base) })).toThrow(TypeError)
  })

  it('is in every challenge, beside the requirement [R11-276, R11-278]', async () => {
    const { agent, net, resource, refusal } = await makeWorld()
    const asked = await refusal(await agent.personToken())
    expect(asked.headers.link).toBe(link)
    expect(asked.headers['aauth-requirement']).toMatch(/^requirement=auth-token;resource-token="/)
    const nothing = await authorize(resource, unsigned).catch((error: unknown) => error)
    expect((await answer(nothing)).headers).toMatchObject({
      link,
      'aauth-requirement': 'requirement=agent-token',
    })
    const message = await agent.sign(`${net.resource}/notes`, {}, { token: 'x.y.z' })
    const bad = await authorize(resource, toSignedRequest(message)).catch((error: unknown) => error)
    expect((await answer(bad)).headers).not.toHaveProperty('link')
  })

  it('is in no refusal without a challenge [ERR-3]', async () => {
    const { agent, refusal } = await makeWorld()
    const refused = await refusal(await agent.authToken({ scope: 'access' }), {
      requirement: { check: () => false },
    })
    expect(refused.headers).toEqual({ 'cache-control': 'no-store' })
  })
})

describe('the schemes of an API that supports more than jwt', () => {
  it('are listed in Accept-Signature-Scheme, jwt first [R11-100]', async () => {
    const { resource } = await makeWorld({ otherSignatureSchemes: ['hwk', 'jwks_uri', 'hwk'] })
    const refused = await authorize(resource, unsigned).catch((error: unknown) => error)
    expect((await answer(refused)).headers['accept-signature-scheme']).toBe('jwt, hwk, jwks_uri')
  })

  it.each([['jwt'], ['HWK'], ['a b'], [''], [7]])('cannot include %j', (scheme) => {
    expect(() => createResource({ ...base, otherSignatureSchemes: [scheme] as string[] })).toThrow(
      /^"otherSignatureSchemes" contains /,
    )
  })
})

describe('the vocabularies of a resource', () => {
  const name = 'urn:aauth:vocabulary:openapi'

  it('are published in the metadata [R11-269]', async () => {
    const metadata = { r3_vocabularies: { [name]: 'https://notes.example/openapi.json' } }
    const resource = createResource({ ...base, metadata })
    const published = await answerWellKnown(resource, 'GET', '/.well-known/aauth-resource.json')
    expect(JSON.parse(published?.body ?? '')).toMatchObject(metadata)
  })

  it.each([
    [{ openapi: 'https://notes.example/openapi.json' }],
    [{ [name]: '/openapi.json' }],
    [{ [name]: 7 }],
    [['openapi']],
    ['openapi'],
  ])('are refused at start when they are %j', (given) => {
    expect(() => createResource({ ...base, metadata: { r3_vocabularies: given as never } })).toThrow(
      /^"metadata\.r3_vocabularies" /,
    )
  })
})
