import { describe, expect, it } from 'vitest'
import {
  type AnswerBody,
  answerWith,
  makeAnsweredWorld,
  personKeys,
  personMetadata,
} from './issuer-answers.ts'
import { outcomeOf } from './outcome-of.ts'

const metadata = JSON.stringify({ issuer: 'https://ps.example', jwks_uri: personKeys })

/** The outcome of a first fetch whose metadata is served like this. */
async function metAs(body: AnswerBody, init: ResponseInit): Promise<string> {
  const world = await makeAnsweredWorld()
  world.answer(personMetadata, () => new Response(body, init))
  return outcomeOf(world)
}

describe('the media type of a document', () => {
  it.each([
    'application/json',
    'application/json; charset=utf-8',
    'application/json ;charset=utf-8',
    'Application/JSON',
    'application/jwk-set+json',
    'application/vnd.issuer.v1+json',
  ])('may be %s', async (type) => {
    expect(await metAs(metadata, { headers: { 'content-type': type } })).toBe('accepted')
  })

  it.each([
    'text/html',
    'text/json',
    'text/plain',
    'image/png',
    'application/javascript',
    'application/jsonp',
    'application/json+x',
    'application/x-json',
    'multipart/mixed; boundary=application/json',
    'text/html, application/json',
  ])('must not be %s [I13]', async (type) => {
    expect(await metAs(metadata, { headers: { 'content-type': type } })).toBe('invalid_jwt')
  })

  it('must not be missing [I13]', async () => {
    expect(await metAs(new TextEncoder().encode(metadata), {})).toBe('invalid_jwt')
  })
})

describe('the content coding of a document', () => {
  it.each(['gzip', 'br', 'deflate', 'zstd', 'gzip, identity', 'identity, gzip', ''])(
    'must not be "%s" [I11]',
    async (coding) => {
      const headers = { 'content-type': 'application/json', 'content-encoding': coding }
      expect(await metAs(metadata, { headers })).toBe('invalid_jwt')
    },
  )

  it('may be identity', async () => {
    const headers = { 'content-type': 'application/json', 'content-encoding': 'identity' }
    expect(await metAs(metadata, { headers })).toBe('accepted')
  })
})

describe('the text of a document', () => {
  const spread = metadata.slice(1)
  it.each([
    ['a byte order mark', `\uFEFF${metadata}`],
    ['a member twice, once escaped', `{"\\u0069ssuer":"https://other.example",${spread}`],
    ['NaN', `{"x":NaN,${spread}`],
    ['a comment', `/* */${metadata}`],
    ['a trailing comma', metadata.replace('}', ',}')],
    ['something after the object', `${metadata}{}`],
    ['40 levels of nesting', `{"x":${'['.repeat(40)}${']'.repeat(40)},${spread}`],
    ['nothing at all', ''],
    ['null', 'null'],
  ])('must not hold %s [I13]', async (_, body) => {
    expect(await metAs(body, { headers: { 'content-type': 'application/json' } })).toBe('invalid_jwt')
  })

  it('must be UTF-8 [I13]', async () => {
    const bytes = new TextEncoder().encode(`{"x":"*",${spread}`)
    bytes[6] = 0xff
    expect(await metAs(bytes, { headers: { 'content-type': 'application/json' } })).toBe('invalid_jwt')
  })

  it('must not be absent or empty', async () => {
    expect(await metAs(null, { headers: { 'content-type': 'application/json' } })).toBe('invalid_jwt')
  })

  it('is read across chunks', async () => {
    const world = await makeAnsweredWorld()
    const bytes = new TextEncoder().encode(
      `{"x":"ü","issuer":"https://ps.example","jwks_uri":"${personKeys}"}`,
    )
    const stream = new ReadableStream({
      start(controller) {
        for (const byte of bytes) controller.enqueue(Uint8Array.of(byte))
        controller.close()
      },
    })
    world.answer(personMetadata, answerWith(stream))
    expect(await outcomeOf(world)).toBe('accepted')
  })
})
