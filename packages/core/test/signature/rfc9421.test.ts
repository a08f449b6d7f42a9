import { describe, expect, it } from 'vitest'
import { platform as node } from '../../src/platform/node.ts'
import type { PublicJwk } from '../../src/platform/platform.ts'
import { platform as web } from '../../src/platform/web.ts'
import { selectSignature, signatureBytes } from '../../src/signature/select-signature.ts'
import { refused } from './refused.ts'
import {
  baseOf,
  cases,
  componentValues,
  keys,
  type Message,
  messages,
  noExamples,
  type Signed,
  section24,
  toRequest,
  transformations,
} from './rfc9421-examples.ts'

const unsupported = /;|^"x-obs-fold-header"/
// The example used plain HTTP; a resource is always served over https, whatever terminates TLS.
const plain = '"@scheme"'
const componentLines = componentValues.flatMap(({ section, startLine = 'GET / HTTP/1.1', headers, lines }) =>
  lines.map((line) => {
    const identifier = line.slice(0, line.indexOf(': '))
    const base = () =>
      baseOf({ startLine, headers }, { signatureInput: `sig=(${identifier});created=1`, signature: 'sig=::' })
    return { section, identifier, line, base }
  }),
)

describe.skipIf(noExamples !== undefined)(`the examples of RFC 9421 ${noExamples ?? ''}`, () => {
  it.each(['B.2.1', 'B.2.3', 'B.2.5', 'B.2.6', 'B.3'])(
    '%s has the same signature base here [SIG-24, R11-102]',
    (name) => {
      const { message, signed } = example(name)
      expect(baseOf(message, signed)).toBe(signed.base)
    },
  )

  it.each([
    ['B.2.2', 'a component with a parameter'],
    ['B.2.4', '@status'],
  ])('%s is refused, because it covers %s [SIG-13, R11-091, D10]', (name) => {
    const { message, signed } = example(name)
    expect(refused(() => baseOf({ ...message, startLine: 'POST /foo HTTP/1.1' }, signed)).code).toBe(
      'invalid_signature',
    )
  })

  it('§2.4 is refused, because it is a response that covers a request [SIG-13, R11-091, D10]', () => {
    const input = section24.base.replace(/^[\s\S]*"@signature-params": /, '')
    const signed = { signatureInput: `sig=${input}`, signature: `sig=:${section24.signature}:` }
    expect(refused(() => baseOf(messages['test-request'] as Message, signed)).code).toBe('invalid_signature')
  })

  describe.each([node, web])('on the platform $name', (platform) => {
    async function verifies(message: Message, signed: Signed, keyid: string): Promise<boolean> {
      const { kty, crv, x, y } = keys[keyid] as (typeof keys)[string]
      const key = await platform.importKey({ kty, crv, x, ...(y && { y }) } as PublicJwk)
      const signature = signatureBytes(selectSignature(toRequest(message, signed)))
      return platform.verify(key, signature, [baseOf(message, signed)])
    }

    it.each(['B.2.6', 'B.3'])('%s verifies over the base built here [SIG-24, R11-102]', async (name) => {
      const { message, signed } = example(name)
      expect(await verifies(message, signed, signed.keyid)).toBe(true)
    })

    it.each(transformations.cases)('B.4 $name: $valid [SIG-24, R11-102, A07, E05]', async (one) => {
      expect(await verifies(one, transformations, transformations.keyid)).toBe(one.valid)
    })
  })

  it.each(transformations.cases)('B.4 $name: has the same signature base here [A07]', (one) => {
    expect(baseOf(one, transformations)).toBe(one.base)
  })

  it.each(componentLines.filter(({ identifier }) => !unsupported.test(identifier) && identifier !== plain))(
    '§$section $identifier has the same line here [SIG-15, A07, A17, E17]',
    ({ line, base }) => {
      expect(base().split('\n')[0]).toBe(line)
    },
  )

  it.each(componentLines.filter(({ identifier }) => unsupported.test(identifier)))(
    '§$section $identifier is refused, because it is folded or not supported [SIG-13, R11-091, A08]',
    ({ base }) => {
      expect(refused(base).code).toBe('invalid_signature')
    },
  )

  function example(name: string) {
    const signed = cases.find(({ section }) => section.startsWith(name)) as (typeof cases)[number]
    const message = signed.message === undefined ? behindProxy(signed.base) : messages[signed.message]
    return { signed, message: message as Message }
  }
})

// The proxy of appendix B.3 changed the host; its long field is in the base unchanged.
function behindProxy(base: string): Message {
  const clientCert = /"client-cert": (.*)/.exec(base)?.[1] ?? ''
  return {
    startLine: 'POST /foo?param=Value&Pet=dog HTTP/1.1',
    headers: [
      ['Host', 'service.internal.example'],
      ['Client-Cert', clientCert],
    ],
  }
}
