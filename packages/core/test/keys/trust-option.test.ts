import { createResource, type Trust } from '@aauth-guard/core'
import { validateRequirement } from '@aauth-guard/core/adapter'
import { describe, expect, it } from 'vitest'

const wrong: readonly [rule: string, trust: unknown, message: string][] = [
  ['a word that is not any', 'all', '"trust" is "all": write \'any\''],
  ['null', null, '"trust" is null: write \'any\''],
  [
    'a misspelt role',
    { personServer: 'any' },
    '"personServer" is not an option of "trust": did you mean "personServers"?',
  ],
  ['any for access servers [R11-063, G11]', { accessServers: 'any' }, '"trust.accessServers" is "any"'],
  ['a role that is another word', { personServers: 'all' }, '"trust.personServers" is "all": write'],
  ['a role that is true', { agentProviders: true }, '"trust.agentProviders" is true: write'],
  [
    'a listed issuer with a trailing slash',
    { personServers: ['https://ps.example/'] },
    '"trust.personServers" contains "',
  ],
  [
    'a listed issuer with a port',
    { accessServers: ['https://as.example:8443'] },
    '"trust.accessServers" contains "',
  ],
  [
    'a listed issuer of upper case',
    { agentProviders: ['https://Agent.example'] },
    '"trust.agentProviders" contains "',
  ],
  [
    'a listed issuer of plain http',
    { agentProviders: ['http://agent.example'] },
    '"trust.agentProviders" contains "',
  ],
  [
    'a listed issuer that is an address',
    { agentProviders: ['https://127.0.0.1'] },
    '"trust.agentProviders" contains "',
  ],
]

describe('a trust option that would accept other issuers than intended', () => {
  it.each(wrong)('stops createResource: %s', (_, trust, message) => {
    const options = { issuer: 'https://notes.example', trust: trust as Trust }
    expect(() => createResource(options)).toThrow(TypeError)
    expect(() => createResource(options)).toThrow(message)
  })

  it.each(wrong)('stops the guard of a route: %s', (_, trust, message) => {
    const resource = createResource({ issuer: 'https://notes.example', trust: 'any' })
    expect(() => validateRequirement(resource, { trust: trust as Trust })).toThrow(message)
  })
})
