import type { SignedRequest } from '@aauth-guard/core'
import { passesPreflight } from '@aauth-guard/core/adapter'
import { makeWorld } from '@aauth-guard/fixtures/world'
import { describe, expect, it } from 'vitest'

type Lines = Readonly<Record<string, readonly string[]>>

const asked: Lines = {
  origin: ['https://app.example'],
  'access-control-request-method': ['POST'],
  'access-control-request-headers': ['signature, signature-input, signature-key'],
}
const preflight = (lines: Lines = asked, method = 'OPTIONS'): SignedRequest => ({
  method,
  target: '/notes',
  header: (name) => lines[name] ?? [],
})

describe('a preflight', () => {
  it('passes only where the resource allows it [M20]', async () => {
    const [open, closed] = [await makeWorld({ cors: true }), await makeWorld()]
    expect([
      passesPreflight(open.resource, preflight()),
      passesPreflight(closed.resource, preflight()),
    ]).toEqual([true, false])
  })

  it.each<[string, SignedRequest]>([
    ['another method', preflight(asked, 'GET')],
    ['the method in lower case', preflight(asked, 'options')],
    ['no Origin', preflight({ ...asked, origin: [] })],
    ['two lines of Origin', preflight({ ...asked, origin: ['https://a.example', 'https://b.example'] })],
    ['no Access-Control-Request-Method', preflight({ ...asked, 'access-control-request-method': [] })],
    ['two lines of it', preflight({ ...asked, 'access-control-request-method': ['GET', 'POST'] })],
    ['a signature', preflight({ ...asked, signature: ['sig=:AAAA:'] })],
    ['an empty Signature-Key', preflight({ ...asked, 'signature-key': [''] })],
  ])('with %s is guarded like any other request [M20]', async (_, request) => {
    const { resource } = await makeWorld({ cors: true })
    expect(passesPreflight(resource, request)).toBe(false)
  })
})
