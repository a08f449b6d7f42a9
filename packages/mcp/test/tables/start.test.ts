import { alternativeCredential, createResource } from '@aauth-guard/core'
import type { McpOptions } from '@aauth-guard/mcp'
import { protectMcp as protectV1 } from '@aauth-guard/mcp/v1'
import { protectMcp as protectV2 } from '@aauth-guard/mcp/v2'
import { expect, it, onTestFinished } from 'vitest'
import { scopes } from '../servers/tables.ts'

function protecting(options: unknown): () => unknown {
  const resource = createResource({ issuer: 'https://notes.example', trust: 'any', scopes })
  onTestFinished(() => resource.close())
  return () => protectV1(resource, options as McpOptions)
}

const when = { header: 'x-api-key' }
const alternative = alternativeCredential({ when, check: () => undefined, challenge: 'ApiKey' })

it.each<[options: unknown, text: string]>([
  [undefined, 'the options of protectMcp are not an object'],
  [{ tool: {} }, 'protectMcp does not know "tool"'],
  [{ tools: undefined }, '"tools" of protectMcp is undefined'],
  [{ tools: [] }, '"tools" of protectMcp is not an object'],
  [{ tools: { a: 'notes.read' } }, '"tools" of protectMcp, "a": the requirement is not an object'],
  [{ tools: { a: { scope: 'notes.raed' } } }, '"tools" of protectMcp, "a": '],
  [{ tools: { a: {} } }, '"scope" of a route is missing'],
  [{ tools: { a: { scope: 'notes.read', name: 'x' } } }, '"name" cannot be set here'],
  [{ tools: { a: { scope: 'notes.read', optional: true } } }, '"optional" cannot be set here'],
  [{ tools: { a: { scope: 'notes.read', hidden: 1 } } }, '"hidden" is not true or false'],
  [{ tools: { a: { scope: 'notes.read', tool: true } } }, 'there are no mission blobs'],
  [{ tools: { a: { scope: 'notes.read', mission: 'required', alternative } } }, 'exempt'],
  [{ prompts: { a: { scoop: 'notes.read' } } }, '"prompts" of protectMcp, "a": '],
  [{ prompts: { a: { scope: 'notes.read', unsignedArguments: true } } }, '"unsignedArguments" has no effect'],
  [{ resources: { 'n://a': { scope: 'notes.read', tool: true } } }, '"tool" has no effect here'],
  [{ methods: { 'logging/setLevel': { scope: 'notes.read', hidden: true } } }, '"hidden" has no effect here'],
  [{ connect: { tool: 'a' } }, '"connect": "tool" has no effect here'],
  [{ methods: { 'tools/call': { scope: 'notes.read' } } }, 'which the table "tools" decides'],
  [
    { resources: { 'n://{a}': { scope: 'notes.read' }, 'n://b': { scope: 'notes.read' } } },
    'which fit the same URIs',
  ],
  [{ resources: { 'n://a/../b': { scope: 'notes.read' } } }, 'which servers read as "n://a/b"'],
  [{ resources: { 'n://{?q}': { scope: 'notes.read' } } }, 'the expression "{?q}"'],
  [{ list: 'some' }, '"list" is "some"'],
  [{ sessions: { perCaller: 0 } }, '"perCaller" of "sessions" is 0'],
  [{ sessions: { most: 1 } }, '"sessions" does not know "most"'],
  [{ sessions: { classPolicy: 'any' } }, '"classPolicy" of "sessions" is "any"'],
  [{ sessions: { onIdle: 1 } }, '"onIdle" of "sessions" is not a function'],
  [{ sealingKey: new Uint8Array(16) }, '"sealingKey" has less than 32 octets'],
  [{ now: 1 }, '"now" is not a function'],
  [{ connect: { accept: 'none' } }, '"connect": '],
])('%j is refused at the start', (options, text) => {
  expect(protecting(options)).toThrow(text)
})

it('a server without "fetch" is refused at the start', () => {
  const resource = createResource({ issuer: 'https://notes.example', trust: 'any', scopes })
  onTestFinished(() => resource.close())
  expect(() => protectV2(resource, {} as never, {})).toThrow('has no "fetch"')
})
