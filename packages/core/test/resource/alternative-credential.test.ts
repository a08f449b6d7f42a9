import { type AnyRequirement, alternativeCredential, createResource } from '@aauth-guard/core'
import { privateFieldsFor, validateRequirement } from '@aauth-guard/core/adapter'
import { monitorMissions } from '@aauth-guard/core/missions'
import { describe, expect, it } from 'vitest'

const base = { issuer: 'https://notes.example', trust: { personServers: ['https://ps.example'] } } as const
const resource = createResource({ ...base, missions: monitorMissions({ blobs: () => undefined }) })
const challenge = 'ApiKey realm="notes"'
const key = { when: { header: 'X-API-Key' }, challenge, check: () => undefined } as const

function made(options: object): () => unknown {
  return () => alternativeCredential(options as never)
}

describe('an alternativeCredential that would not mean what was written is refused', () => {
  it.each<[member: string, options: object]>([
    ['when', {}],
    ['when', { when: undefined }],
    ['when', { when: null }],
    ['when', { when: () => true }],
    ['when', { when: {} }],
    ['when', { when: { cookie: 'session' } }],
    ['when', { when: { header: 'X-API-Key', scheme: 'Bearer' } }],
    ['header', { when: { header: '' } }],
    ['header', { when: { header: 'X API Key' } }],
    ['header', { when: { header: 7 } }],
    ['scheme', { when: { scheme: 'Bearer ' } }],
    ['scheme', { when: { scheme: ['Bearer'] } }],
    ['scheme', { when: { scheme: 'aAuth' } }],
    ['check', { check: undefined }],
    ['check', { check: 'of-acme' }],
    ['challenge', { challenge: undefined }],
    ['challenge', { challenge: '' }],
    ['challenge', { challenge: 'ApiKey\r\nSet-Cookie: a=b' }],
    ['challenge', { challenge: 7 }],
    ['until', { until: 1_790_000_000 }],
    ['until', { until: '2027-06-30' }],
    ['until', { until: new Date('never') }],
    ['exempt', { exempt: 'mission' }],
    ['exempt', { exempt: ['scope'] }],
    ['exempt', { exempt: [undefined] }],
    ['exempts', { exempts: [] }],
  ])('and the error names %s of %j', (member, options) => {
    const given = { ...key, ...options }
    if (!('when' in options) && Object.keys(options).length === 0) Reflect.deleteProperty(given, 'when')
    expect(made(given)).toThrow(TypeError)
    expect(made(given)).toThrow(`"${member}"`)
  })

  it.each([
    'Cookie',
    'cookie2',
    'Host',
    'Origin',
    'Referer',
    'Sec-Fetch-Site',
    'Content-Type',
    'Signature',
    'Signature-Input',
    'Signature-Key',
    'AAuth-Mission',
    'Authorization',
  ])('where the header is %s, which every request may have or AAuth decides', (header) => {
    expect(made({ ...key, when: { header } })).toThrow('"header" of "when"')
  })

  it('where a header has no challenge, since only a scheme of Authorization is one by itself', () => {
    const { challenge: _, ...without } = key
    expect(made(without)).toThrow('"challenge" of alternativeCredential is undefined')
    expect(made({ ...without, when: { scheme: 'Bearer' } })()).toEqual({ scheme: 'Bearer' })
  })
})

describe('an alternative', () => {
  it.each([[{ scheme: 'Bearer' }], [{}], [null], ['Bearer'], [key]])(
    'that alternativeCredential did not make is refused at start: %j',
    (alternative) => {
      expect(() => validateRequirement(resource, { alternative } as AnyRequirement)).toThrow(
        /^"alternative" is .*: write alternative: alternativeCredential\(\{ … \}\)$/,
      )
    },
  )

  const provider = 'https://agent.example'
  const demands: readonly (readonly [requirement: AnyRequirement, demanded: string[]])[] = [
    [{ mission: 'required' }, ['mission']],
    [{ mission: { approver: 'https://ps.example' } }, ['mission']],
    [{ class: { provider } }, ['mission', 'class']],
    [{ tool: 'send' }, ['mission', 'tool']],
    [{ person: 'required' }, ['person']],
    [{ account: 'ws-7' }, ['account']],
    [{ singleUse: true }, ['singleUse']],
    [{ check: () => true }, ['check']],
    [
      { person: 'required', mission: 'required', singleUse: true, account: () => 'ws-7' },
      ['mission', 'person', 'account', 'singleUse'],
    ],
  ]
  it.each(demands)('beside %o is refused at start unless it is exempt from %j', (requirement, demanded) => {
    const start = (exempt: readonly string[]) => () =>
      validateRequirement(resource, {
        ...requirement,
        alternative: alternativeCredential({ ...key, exempt: exempt as never }),
      })
    expect(start([])).toThrow(
      `the route demands ${demanded.join(', ')}, which callers with "X-API-Key" cannot meet: leave out "alternative", or write exempt: [${demanded.map((name) => `'${name}'`).join(', ')}] in alternativeCredential if they may pass without`,
    )
    for (const name of demanded)
      expect(start(demanded.filter((one) => one !== name))).toThrow(`the route demands ${name},`)
    expect(start(demanded)).not.toThrow()
  })

  it('is refused at start for what the resource requires of all routes, unless the route waives it', () => {
    const strict = createResource({ ...base, require: { mission: 'required', person: 'required' } })
    const alternative = alternativeCredential(key)
    expect(() => validateRequirement(strict, { alternative })).toThrow('the route demands mission, person,')
    const waived = { mission: 'optional', person: 'optional', alternative } as const
    expect(() => validateRequirement(strict, waived)).not.toThrow()
  })

  it.each<AnyRequirement>([
    {},
    { optional: true },
    { accept: 'agent-token' },
    { mission: 'forbidden' },
    { components: ['@query'] },
    { trust: 'any' },
  ])('beside %o needs no exemption', (requirement) => {
    const alternative = alternativeCredential(key)
    expect(() => validateRequirement(resource, { ...requirement, alternative })).not.toThrow()
  })

  it('may be exempt from more than a route demands, so that routes can share it', () => {
    const alternative = alternativeCredential({ ...key, exempt: ['mission', 'person', 'singleUse'] })
    expect(() => validateRequirement(resource, { alternative })).not.toThrow()
  })

  it('adds its field to those on which answers vary', () => {
    const alternative = alternativeCredential(key)
    const bearer = alternativeCredential({ when: { scheme: 'Bearer' }, check: () => undefined })
    expect(
      [{ alternative }, { alternative: bearer }, {}].map((one) => privateFieldsFor(resource, one)),
    ).toEqual(
      [
        'Signature-Key, Signature, X-API-Key',
        'Signature-Key, Signature, Authorization',
        'Signature-Key, Signature',
      ].map((vary) => [
        ['cache-control', 'private'],
        ['vary', vary],
      ]),
    )
  })

  it('takes nothing from a polluted prototype', () => {
    const polluted = Object.create({ until: new Date(0), exempt: ['mission'] })
    const alternative = alternativeCredential(Object.assign(polluted, key))
    expect(() => validateRequirement(resource, { mission: 'required', alternative })).toThrow('mission')
  })
})
