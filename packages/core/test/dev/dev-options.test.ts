import { createResource } from '@aauth-guard/core'
import { devOptions, devWorldAt } from '@aauth-guard/core/dev'
import { afterEach, describe, expect, it, vi } from 'vitest'
import { isAgentId, isServerId, providerOf } from '../../src/token/identifiers.ts'

const env = { AAUTH_DEV: 'http://localhost:4700' }

afterEach(() => vi.restoreAllMocks())

describe('devOptions', () => {
  it('is empty when AAUTH_DEV is unset or empty, whatever NODE_ENV is', () => {
    expect(devOptions({ env: {} })).toEqual({})
    expect(devOptions({ env: { AAUTH_DEV: '', NODE_ENV: 'production' } })).toEqual({})
  })

  it.each([
    'https://localhost:4700',
    'http://localhost',
    'http://localhost:0',
    'http://localhost:65533',
    'http://localhost:99999',
    'http://localhost:4700/',
    'http://localhost:4700.example',
    'http://user@localhost:4700',
    'http://127.0.0.2:4700',
    'http://[::1]:4700',
    'http://dev.localhost:4700',
    'http://169.254.169.254:80',
  ])('throws for the address %s, which is not that of a development world on this machine', (AAUTH_DEV) => {
    expect(() => devOptions({ env: { AAUTH_DEV } })).toThrow(
      `"AAUTH_DEV" is ${JSON.stringify(AAUTH_DEV)}, which is not an address of this machine: write http://localhost:PORT`,
    )
  })

  it('throws when NODE_ENV is production', () => {
    expect(() => devOptions({ env: { ...env, NODE_ENV: 'production' } })).toThrow(
      'unset AAUTH_DEV in production',
    )
  })

  it('trusts the servers on the three ports after that of the world, and no others', () => {
    expect(devOptions({ env }).trust).toEqual({
      agentProviders: ['http://localhost:4701'],
      personServers: ['http://localhost:4702'],
      accessServers: [],
    })
    expect(devOptions({ env }).accessServer).toBeUndefined()
    expect(devOptions({ env, accessServer: true }).accessServer).toBe('http://localhost:4703')
    expect(devWorldAt('http://127.0.0.1:4700').personServer).toBe('http://localhost:4702')
  })

  it.each([
    'http://localhost:4704/',
    'http://localhost:47011/x',
    'http://127.0.0.1:4701/',
    'https://localhost:4701/',
    'nowhere',
  ])('fetches nothing from %s, which is not a server of the world', async (url) => {
    const fetched = vi.spyOn(globalThis, 'fetch')
    await expect(devOptions({ env }).fetch?.(url)).rejects.toThrow('is not a server of the development world')
    expect(fetched).not.toHaveBeenCalled()
  })

  it('fetches from a server of the world and follows no redirect', async () => {
    const fetched = vi.spyOn(globalThis, 'fetch').mockResolvedValue(new Response('{}'))
    await devOptions({ env }).fetch?.('http://localhost:4701/jwks.json', { redirect: 'follow' })
    expect(fetched).toHaveBeenCalledWith('http://localhost:4701/jwks.json', { redirect: 'manual' })
  })
})

describe('a resource in development', () => {
  const options = { trust: 'any', ...devOptions({ env }) } as const

  it.each([
    'https://notes.example',
    'http://notes.example',
    'http://10.0.0.1:3000',
    'http://localhost:3000/',
  ])('does not start as %s, which is not on this machine', (issuer) => {
    expect(() => createResource({ issuer, ...options })).toThrow(
      `"issuer" is ${JSON.stringify(issuer)}, which is not on this machine: write http://localhost:PORT, or unset AAUTH_DEV`,
    )
  })

  it('starts on this machine, warns once, and accepts the exact origins of its world as identifiers', () => {
    const warn = vi.spyOn(console, 'warn').mockReturnValue()
    expect(isServerId('http://localhost:4701')).toBe(false)
    createResource({ issuer: 'http://localhost:3100', ...options })
    expect(warn.mock.calls.flat().join('\n')).toContain('http://localhost:3100 runs in development mode')
    const ids = [
      'http://localhost:3100',
      'http://localhost:4701',
      'http://localhost:4702',
      'http://localhost:4703',
    ]
    expect(ids.map(isServerId)).toEqual([true, true, true, true])
    expect(isAgentId('aauth:planner@localhost:4701')).toBe(true)
    expect(providerOf('aauth:planner@localhost:4701')).toBe('http://localhost:4701')
    expect(isServerId('http://localhost:4704')).toBe(false)
    expect(isAgentId('aauth:planner@localhost:4704')).toBe(false)
    expect(providerOf('aauth:planner@localhost:4704')).toBe('https://localhost:4704')
  })
})

describe('a resource that is not in development', () => {
  it('does not start under an address of this machine, and the error says what development requires', () => {
    expect(() => createResource({ issuer: 'http://localhost:3200', trust: 'any' })).toThrow(
      '"issuer" is "http://localhost:3200", which is not a server identifier: for development start `npx @aauth-guard/cli dev`, set AAUTH_DEV and use devOptions()',
    )
  })
})
