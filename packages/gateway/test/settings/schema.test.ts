import { readFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { parse } from 'yaml'
import { readConfiguration } from '../../src/settings/read-configuration.ts'
import { configurationSchema } from '../../src/settings/schema.ts'
import { least } from './write-configuration.ts'

// The validator that Fastify brings along.
const fromFastify = createRequire(createRequire(import.meta.url).resolve('fastify'))
const fromCompiler = createRequire(fromFastify.resolve('@fastify/ajv-compiler'))
const { default: Ajv } = fromCompiler('ajv/dist/2020')
const validate = new Ajv({ strict: false }).compile(configurationSchema())

const isRead = (text: string): boolean => {
  try {
    readConfiguration(text, 'gateway.yaml', { KEY: 'x'.repeat(32) })
    return true
  } catch {
    return false
  }
}
const top = (members: string): string => `${members}\n${least}`
const route = (members: string): string => least.replace('scope: notes.read', members)

test('`schema.json` of the package is the schema (after a change: node scripts/gateway-schema.ts)', () => {
  const file = readFileSync(join(import.meta.dirname, '../../schema.json'), 'utf8')
  expect(JSON.parse(file)).toEqual(JSON.parse(JSON.stringify(configurationSchema())))
})

test.each([
  least,
  top('trust2: any').replace('trust2: any', '').replace('[https://ps.example]', 'any'),
  least.replace('[https://ps.example]', '{ agentProviders: any, accessServers: [https://as.example] }'),
  top('require: { mission: { approver: https://ps.example }, class: { provider: [https://ap.example] } }'),
  top('listen: 0.0.0.0:80\nadmin: false\nlog: off\nlimits: { tunnels: 0, replays: 5 }'),
  top('forwardAuth: { listen: "127.0.0.1:1", secret: { env: KEY } }'),
  top('extAuthz: { listen: unix:/run/x.sock, secret: { env: KEY } }'),
  route('accept: [agent-token, person-token], pass: [authorization], digest: stream, maxContent: 5'),
  `${least}  rest: { optional: true }\n  POST,PUT /notes: {}\n`,
])('a configuration that is read fits the schema', (text) => {
  expect(isRead(text)).toBe(true)
  expect(validate(parse(text)), JSON.stringify(validate.errors)).toBe(true)
})

test.each([
  top('trsut: any'),
  least.replace(/issuer.*/, ''),
  least.replace('http://localhost:8080', 'localhost'),
  least.replace('GET /', 'get /'),
  least.replace(/routes:\n.*/, 'routes: {}'),
  route('scope: 5'),
  route('banana: 1'),
  route('accept: any'),
  route('upgrade: 1'),
  top('limits: { requests: 0 }'),
  top('signingKey: abc'),
  top('signingKey: { env: A, file: b }'),
  top('admin: true'),
  top('listen: 127.0.0.1'),
  top('forwardAuth: { listen: "127.0.0.1:1" }'),
])('a configuration that does not fit the schema is not read', (text) => {
  expect(validate(parse(text))).toBe(false)
  expect(isRead(text)).toBe(false)
})
