import { createServer, type RequestListener } from 'node:http'
import type { AddressInfo } from 'node:net'
import {
  type AssertedRequest,
  type AssertionClaims,
  type AssertionKeysOptions,
  createAssertionKeys,
  createAssertionSigner,
  type VerifyAssertionOptions,
  verifyAssertion,
} from '@aauth-guard/core/assertion'
import { now } from '@aauth-guard/fixtures/world'
import { base64url, CompactSign, exportJWK, generateKeyPair, importJWK, type JWK } from 'jose'
import { onTestFinished } from 'vitest'

export { now }
export const issuer = 'https://notes.example'

/** What the gateway asserts in the tests, unless they say otherwise. */
export const claims: AssertionClaims = {
  audience: 'notes-app',
  method: 'GET',
  target: '/notes?q=%C3%A4',
  caller: undefined,
  content: 'none',
}

/** A new private key as the configuration of a gateway holds it. */
export async function generateKey(kid = 'assertions-1'): Promise<JWK> {
  const { privateKey } = await generateKeyPair('ES256', { extractable: true })
  return { ...(await exportJWK(privateKey)), kid, alg: 'ES256' }
}

/** Listens on loopback until the test ends. */
export async function listen(answer: RequestListener): Promise<string> {
  const server = createServer(answer)
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  onTestFinished(() => {
    server.closeAllConnections()
    server.close()
  })
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`
}

/** A gateway that signs with one key and publishes it, and an upstream that it calls. */
export async function makeScene(
  changed: Partial<VerifyAssertionOptions> = {},
  keysOptions: Partial<AssertionKeysOptions> = {},
) {
  const key = await generateKey()
  const clock = { now }
  const time = (): number => clock.now
  const signer = createAssertionSigner({ issuer, key, now: time })
  const published = { keys: signer.keys, fetches: 0 }
  const origin = await listen((_, response) => {
    published.fetches++
    response.setHeader('content-type', 'application/jwk-set+json')
    response.end(published.keys)
  })
  const keys = createAssertionKeys({ url: `${origin}/aauth/assertion-keys.json`, now: time, ...keysOptions })
  const options = { keys, issuer, audience: 'notes-app', now: time, ...changed }
  const verify = (headerLines: readonly string[], request: Partial<AssertedRequest> = {}) =>
    verifyAssertion(
      { method: 'GET', target: claims.target, ...request, headerLines } as AssertedRequest,
      options,
    )
  const refusal = (headerLines: readonly string[], request: Partial<AssertedRequest> = {}): Promise<string> =>
    verify(headerLines, request).then(
      () => 'accepted',
      ({ code, status }: { code: string; status: number }) => `${status} ${code}`,
    )
  return { key, clock, signer, published, keys, options, verify, refusal }
}

export const line = (token: string): readonly string[] => ['AAuth-Guard-Assertion', token]

/** Signs a changed copy of an assertion with a library of somebody else. */
export async function forge(
  token: string,
  key: JWK,
  payload: Record<string, unknown> = {},
  header: Record<string, unknown> = {},
): Promise<string> {
  const [was, claimed] = token
    .split('.', 2)
    .map((part) => JSON.parse(new TextDecoder().decode(base64url.decode(part))))
  const protectedHeader = { ...was, ...header }
  const text = JSON.stringify({ ...claimed, ...payload })
  return new CompactSign(new TextEncoder().encode(text))
    .setProtectedHeader(protectedHeader)
    .sign(await importJWK(key, protectedHeader.alg as string), { crit: { b64: true, x: true } })
}
