import { expect, it } from 'vitest'
import { parentDomain } from '../../src/keys/parent-domain.ts'

it.each([
  ['https://evil.example', 'evil.example'],
  ['https://h1.evil.example', 'evil.example'],
  ['https://a.b.c.evil.example', 'evil.example'],
  ['https://ps.bank.co.uk', 'bank.co.uk'],
  ['https://bank.co.uk', 'bank.co.uk'],
  ['https://a.b.shop.com.au', 'shop.com.au'],
  ['https://h1.ab.io', 'ab.io'],
  ['https://h1.com.example', 'com.example'],
  ['https://localhost', 'localhost'],
])('%s belongs to %s [I19]', (iss, domain) => {
  expect(parentDomain(iss)).toBe(domain)
})
