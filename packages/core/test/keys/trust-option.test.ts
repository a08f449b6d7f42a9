import { checkRequirement, createResource, type Trust } from '@aauth-guard/core'
import { describe, expect, it } from 'vitest'

const wrong: readonly [rule: string, trust: unknown, message: string][] = [
  ['a word that is not any', 'all', '"trust" must be \'any\''],
  ['null', null, '"trust" must be \'any\''],
  ['a misspelt role', { personServer: 'any' }, '"trust" has no role "personServer"'],
  ['any for access servers [R11-063, G11]', { accessServers: 'any' }, '"trust.accessServers" must name'],
  ['a role that is another word', { personServers: 'all' }, '"trust.personServers" must be'],
  ['a role that is true', { agentProviders: true }, '"trust.agentProviders" must be'],
  [
    'a listed issuer with a trailing slash',
    { personServers: ['https://ps.example/'] },
    '"trust.personServers" lists',
  ],
  [
    'a listed issuer with a port',
    { accessServers: ['https://as.example:8443'] },
    '"trust.accessServers" lists',
  ],
  [
    'a listed issuer of upper case',
    { agentProviders: ['https://Agent.example'] },
    '"trust.agentProviders" lists',
  ],
  [
    'a listed issuer of plain http',
    { agentProviders: ['http://agent.example'] },
    '"trust.agentProviders" lists',
  ],
  [
    'a listed issuer that is an address',
    { agentProviders: ['https://127.0.0.1'] },
    '"trust.agentProviders" lists',
  ],
]

describe('trust that would admit other issuers than it seems to', () => {
  it.each(wrong)('stops the resource: %s', (_, trust, message) => {
    const options = { issuer: 'https://notes.example', trust: trust as Trust }
    expect(() => createResource(options)).toThrow(TypeError)
    expect(() => createResource(options)).toThrow(message)
  })

  it.each(wrong)('stops the route: %s', (_, trust, message) => {
    const resource = createResource({ issuer: 'https://notes.example', trust: 'any' })
    expect(() => checkRequirement(resource, { trust: trust as Trust })).toThrow(message)
  })
})
