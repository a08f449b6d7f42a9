import { authorize, type SignedRequest } from '@aauth-guard/core'
import { makeWorld, now } from '@aauth-guard/fixtures/world'
import { toSignedRequest } from '@aauth-guard/testing'
import { describe, expect, it } from 'vitest'
import { leastTimes } from '../least-times.ts'
import { bareRequest, type Lines } from '../signature/bare-request.ts'

const base = '"@method" "@authority" "@path" "signature-key"'
const fill = (unit: string, length: number): string => unit.repeat(Math.floor(length / unit.length))

/** Requests that use up what is read of each field, and are refused. */
const fullSize: readonly (readonly [what: string, lines: Lines])[] = [
  [
    'strings of escapes',
    {
      'signature-key': `s=jwt;jwt="${fill('\\"', 12_000)}"`,
      'signature-input': `s=(${base});created=${now};nonce="${fill('\\\\', 3900)}"`,
      signature: `s=:${fill('A', 4000)}:`,
    },
  ],
  [
    'as many labels, components and parameters as there may be',
    {
      'signature-key': `s=jwt;jwt="${fill('a', 11_000)}"`,
      'signature-input': [
        `s=(${base} ${Array.from({ length: 28 }, (_, index) => `"x${index}"`).join(' ')});created=${now}`,
        ...Array.from({ length: 7 }, (_, index) => `l${index}=(${fill('"a" ', 120)}"b")`),
      ].join(', '),
      signature: Array.from(
        { length: 8 },
        (_, index) => `${index ? `l${index - 1}` : 's'}=:${fill('A', 400)}:`,
      ).join(),
      ...Object.fromEntries(Array.from({ length: 28 }, (_, index) => [`x${index}`, fill(' a', 400)])),
    },
  ],
  [
    'a token of 8 KiB with the deepest payload',
    {
      'signature-key': `s=jwt;jwt="${btoa('{"typ":"aa-agent+jwt"}').replaceAll('=', '')}.${btoa(`{"a":${fill('[', 3000)}`).replaceAll('=', '')}.${fill('A', 86)}"`,
      'signature-input': `s=(${base});created=${now}`,
      signature: `s=:${fill('A', 86)}==:`,
    },
  ],
  [
    'covered fields of white space',
    {
      'signature-key': 's=jwt;jwt="t"',
      'signature-input': `s=(${base} "x");created=${now}`,
      signature: 's=:AA==:',
      x: `a${fill(' ', 16_000)}b`,
    },
  ],
]

describe('a hundred requests at once with fields of full size', () => {
  it.each(fullSize)(
    'hold up other requests no longer than twenty times as many valid ones: %s [O06]',
    async (_, lines) => {
      const { agent, resource } = await makeWorld()
      const token = await agent.agentToken()
      const good = toSignedRequest(await agent.sign('https://notes.example/notes', {}, { token }))
      const requirement = { accept: 'agent-token' } as const
      const decide = (request: SignedRequest): Promise<unknown> =>
        authorize(resource, request, requirement).then(
          ({ type }) => type,
          ({ status }) => status,
        )
      expect([await decide(good), await decide(bareRequest({ lines }))]).toEqual(['agent-token', 401])
      const hundred = (make: () => SignedRequest) => async () => {
        await Promise.all(Array.from({ length: 100 }, make).map(decide))
      }
      const hostile = hundred(() => bareRequest({ lines }))
      const honest = hundred(() => ({ ...good, header: good.header }))
      const [hostileTime, honestTime] = (await leastTimes(
        [hostile, honest],
        40,
        ([of = 0, to = 0], attempt) => attempt >= 4 && of < 20 * to,
      )) as [number, number]
      expect(hostileTime).toBeLessThan(20 * honestTime)
    },
  )
})
