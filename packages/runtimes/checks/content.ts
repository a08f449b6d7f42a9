import type { AnyRequirement, Auth } from '@aauth-guard/core'
import { fetchGuard } from '@aauth-guard/core/fetch'
import { makeWorld } from '@aauth-guard/fixtures/world'
import { type SignOptions, toRequest } from '@aauth-guard/testing'
import { type Check, check, equal } from './check.ts'

const covered = { components: ['content-digest'] }

/** `fetchGuard` with the `Request` and the `Response` of the runtime. */
export const content: readonly Check[] = [
  check('passes a request with unread content to the handler', async () => {
    const response = await guarded(covered, { body: 'Grüße', digest: true })
    equal(await response.text(), 'Grüße')
  }),
  check('refuses content that does not match the digest', async () => {
    const response = await guarded(covered, { body: 'Grüße', digest: true }, 'grüße')
    equal([response.status, response.headers.get('signature-error')], [401, 'error=invalid_signature'])
  }),
  check('refuses content over the limit with content_too_large', async () => {
    const response = await guarded(covered, { body: 'x'.repeat(1_048_577), digest: true })
    equal([response.status, JSON.parse(await response.text()).error], [413, 'content_too_large'])
  }),
  check('verifies a digest over a million octets', async () => {
    const response = await guarded(covered, { body: 'x'.repeat(1_000_000), digest: true })
    equal((await response.text()).length, 1_000_000)
  }),
  check('lists the required digest in the answer', async () => {
    const response = await guarded(covered, { body: 'Grüße' })
    equal(
      response.headers.get('signature-error'),
      'error=invalid_input, required_input=("@method" "@authority" "@path" "signature-key" "content-digest")',
    )
  }),
  check('keeps answers out of shared caches', async () => {
    const { headers } = await guarded({}, {})
    equal([headers.get('cache-control'), headers.get('vary')], ['private', 'Signature-Key, Signature'])
  }),
  check('accepts a caller without a credential on an optional route', async () => {
    const { resource } = await makeWorld()
    const handler = fetchGuard(resource, { optional: true })((_, auth) =>
      Response.json({ auth: auth ?? null }),
    )
    equal(await (await handler(new Request('https://notes.example/notes'))).json(), { auth: null })
  }),
  check('challenges a caller without a credential', async () => {
    const { resource } = await makeWorld()
    const handler = fetchGuard(resource, {})(() => new Response())
    const { status, headers } = await handler(new Request('https://notes.example/notes'))
    equal(
      [status, headers.get('accept-signature-scheme'), headers.get('accept-signature-alg')],
      [401, 'jwt', 'Ed25519, ES256'],
    )
  }),
  check('publishes the metadata of the resource', async () => {
    const { resource } = await makeWorld()
    const handler = fetchGuard(resource, {})(() => new Response())
    const response = await handler(new Request('https://notes.example/.well-known/aauth-resource.json'))
    const { issuer, jwks_uri } = JSON.parse(await response.text())
    equal([issuer, jwks_uri], ['https://notes.example', 'https://notes.example/aauth/jwks.json'])
  }),
]

async function guarded(
  requirement: AnyRequirement,
  { body, ...how }: Partial<SignOptions> & { body?: string },
  changedTo?: string,
): Promise<Response> {
  const { net, agent, resource } = await makeWorld()
  const request = { method: 'POST', ...(body !== undefined && { body }) }
  const message = await agent.sign(`${net.resource}/notes`, request, {
    ...how,
    token: await agent.authToken(),
  })
  const sent = changedTo === undefined ? message : { ...message, body: new TextEncoder().encode(changedTo) }
  const handler = fetchGuard(
    resource,
    requirement as never,
  )(async (given: Request, _auth: Auth) => new Response(await given.text()))
  return handler(toRequest(sent))
}
