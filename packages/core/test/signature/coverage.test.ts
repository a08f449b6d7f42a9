import { describe, expect, it } from 'vitest'
import {
  baseComponents,
  checkComponents,
  checkCoverage,
  requiredComponents,
} from '../../src/signature/coverage.ts'
import { bareRequest, type Lines } from './bare-request.ts'
import { refused, requiredInput } from './refused.ts'

const base = ['@method', '@authority', '@path', 'signature-key']
const noContent = new Uint8Array()
const someContent = Uint8Array.of(0x78)

function required(lines: Lines, demanded: readonly string[] = [], missionHeader = true, body = noContent) {
  return requiredComponents(bareRequest({ lines, body }), demanded, missionHeader)
}

describe('the base', () => {
  it('is required of every request [SIG-7, R11-086]', () => {
    expect(required({})).toEqual(base)
    expect(required({ 'x-other': 'y' }, [], false, someContent)).toEqual(base)
  })

  it('is required once even if it is required again', () => {
    expect(required({}, ['@path', 'signature-key', '@query'])).toEqual([...base, '@query'])
  })
})

describe('authorization', () => {
  it.each(['AAuth x', 'AAuth', 'aauth x', 'AAUTH\tx', ' AAuth x', 'AAuth,x', 'AAuth=x'])(
    'is required beside "Authorization: %s" [SIG-9, R11-088]',
    (authorization) => {
      expect(required({ authorization })).toEqual([...base, 'authorization'])
    },
  )

  it.each(['Bearer x', 'Basic AAuth', 'AAuthx y', 'AAuth-x y', ''])(
    'is not required beside "Authorization: %s"',
    (authorization) => {
      expect(required({ authorization })).toEqual(base)
    },
  )

  it('is required when any of its lines has the scheme AAuth [SIG-9, R11-088]', () => {
    expect(required({ authorization: ['Bearer x', 'AAuth y'] })).toEqual([...base, 'authorization'])
  })
})

describe('aauth-mission', () => {
  it.each(['approver="x"; s256="y"', 'malformed', ''])(
    'is required when it is sent, even as %j [SIG-10]',
    (line) => {
      expect(required({ 'aauth-mission': line })).toEqual([...base, 'aauth-mission'])
    },
  )

  it('is not required when it is not sent', () => {
    expect(required({})).toEqual(base)
  })

  it('is not required when the header has no meaning', () => {
    expect(required({ 'aauth-mission': 'approver="x"; s256="y"' }, [], false)).toEqual(base)
  })
})

describe('a component that the resource or the route requires', () => {
  it('is required of every request if it is a derived component [SIG-8, R11-087, SIG-16]', () => {
    expect(required({}, ['@query'])).toEqual([...base, '@query'])
  })

  it('is not required if it is a field and the message has neither content nor the field', () => {
    expect(required({}, ['content-digest', 'content-type'])).toEqual(base)
  })

  it('is required if the message has content, whether the field is sent or not [SIG-8, R11-087, N02]', () => {
    const demanded = ['content-digest', 'content-type']
    expect(required({}, demanded, true, someContent)).toEqual([...base, ...demanded])
  })

  it('is required if it is unknown whether there is content [SIG-8, R11-087]', () => {
    expect(requiredComponents(bareRequest({}), ['content-digest'], true)).toEqual([...base, 'content-digest'])
  })

  it('is required if the field is sent without content, and only that one [SIG-8, R11-087]', () => {
    expect(required({ 'x-tenant': '' }, ['content-digest', 'x-tenant'])).toEqual([...base, 'x-tenant'])
  })

  it('comes after those that the request itself requires, each once', () => {
    const lines = { authorization: 'AAuth x', 'aauth-mission': 'y', 'x-tenant': 'z' }
    expect(required(lines, ['@query', 'x-tenant', 'authorization', '@query'])).toEqual([
      ...base,
      'authorization',
      'aauth-mission',
      '@query',
      'x-tenant',
    ])
  })
})

describe('a signature', () => {
  it.each(base)(
    'that does not cover %s is refused with the whole list [SIG-7, R11-086, R11-090, E01]',
    (name) => {
      const covered = base.filter((component) => component !== name)
      const { status, headers } = refused(() => checkCoverage(covered, baseComponents, undefined))
      expect(status).toBe(401)
      expect(headers['signature-error']).toBe(
        'error=invalid_input, required_input=("@method" "@authority" "@path" "signature-key")',
      )
    },
  )

  it('that covers nothing is refused [SIG-7, R11-086, E01]', () => {
    const { headers } = refused(() => checkCoverage([], baseComponents, undefined))
    expect(headers['signature-error']).toBe(requiredInput(base))
  })

  it.each([
    [['authorization'], '[SIG-9, R11-088, R11-090]'],
    [['aauth-mission'], '[SIG-10, R11-090]'],
    [['@query', 'content-digest'], '[SIG-8, R11-087, R11-090, N02]'],
  ])('that lacks %j is refused with the base and these %s', (more) => {
    const all = [...base, ...more]
    for (const name of more) {
      const { code, headers } = refused(() =>
        checkCoverage(
          all.filter((other) => other !== name),
          all,
          undefined,
        ),
      )
      expect([code, headers['signature-error']]).toEqual(['invalid_input', requiredInput(all)])
    }
  })

  it('may cover in any order, and more than is required', () => {
    expect(() => checkCoverage([...base, 'x', '@query'].reverse(), baseComponents, undefined)).not.toThrow()
  })

  it.each(['@Method', 'METHOD', '@method ', '@metho'])(
    'does not cover @method by covering %j [SIG-7, E01]',
    (name) => {
      const covered = ['@authority', '@path', 'signature-key', name]
      expect(refused(() => checkCoverage(covered, baseComponents, undefined)).code).toBe('invalid_input')
    },
  )
})

describe('a covered component that is not supported', () => {
  it('is refused by name when no required component is missing [SIG-13, R11-090, E02]', () => {
    const { code, headers, hint } = refused(() => checkCoverage(base, baseComponents, '"@query-param"'))
    expect([code, headers['signature-error']]).toEqual(['invalid_signature', 'error=invalid_signature'])
    expect(hint).toContain('"@query-param" is covered')
  })

  it('is reported after missing components, which the agent can add [SIG-13, R11-090, E02]', () => {
    const { code } = refused(() => checkCoverage(base.slice(1), baseComponents, '"@query-param"'))
    expect(code).toBe('invalid_input')
  })
})

describe('a component in the configuration', () => {
  it.each([
    '@method',
    '@authority',
    '@path',
    '@query',
    '@scheme',
    '@target-uri',
    '@request-target',
    'content-digest',
    'x-a.b_c',
    '9',
  ])('may be %s', (name) => {
    expect(checkComponents([name], 'components')).toEqual([name])
  })

  it.each([
    '@Method',
    'Content-Type',
    'signature-key;sf',
    '"@path"',
    '@query-param',
    '@status',
    '@signature-params',
    'status',
    'query-param',
    'signature-params',
    'signature',
    '@unknown',
    '@',
    '',
    'a b',
    'a\n',
    'é',
  ])('must not be %j, which no signature could cover [E26]', (name) => {
    expect(() => checkComponents(['@query', name], 'components')).toThrow(TypeError)
  })

  it.each(['method', 'authority', 'path', 'query', 'scheme', 'target-uri', 'request-target'])(
    'named %s, as if it were a field, is refused with the right name [E26]',
    (name) => {
      expect(() => checkComponents([name], 'components')).toThrow(
        `"components" contains "${name}", which would be a header field of that name: did you mean "@${name}"?`,
      )
    },
  )

  it('must be in a list [E26]', () => {
    expect(() => checkComponents('content-digest' as unknown as string[], 'components')).toThrow(TypeError)
  })

  it('is a copy, which later changes of the list do not affect', () => {
    const names = ['@query']
    const checked = checkComponents(names, 'components')
    names.length = 0
    expect(checked).toEqual(['@query'])
  })
})
