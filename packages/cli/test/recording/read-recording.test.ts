import { createTestNetwork } from '@aauth-guard/testing'
import { describe, expect, it } from 'vitest'
import { UsageError } from '../../src/command.ts'
import { readRecording } from '../../src/recording/read-recording.ts'
import { asCurl, asHar, asHttp, asJson } from './written.ts'

const net = await createTestNetwork({ now: 1_790_000_000 })
const agent = await net.agent()
const token = await agent.agentToken()
const url = 'https://notes.example/a%2Fb?q=%41'
const read = await agent.sign(url, {}, { token })
const body = '{"text":"Grüße"}\n'
const headers = { 'content-type': 'application/json' }
const written = await agent.sign(url, { method: 'POST', body, headers }, { token, digest: true })
const octets = new TextEncoder().encode(body)
const [time, iso, date] = [1_790_000_001, '2026-09-21T14:13:21.500Z', 'Mon, 21 Sep 2026 14:13:21 GMT']

const reading = (text: string | Uint8Array) => readRecording(Buffer.from(text))

describe('a recorded request', () => {
  it.each([
    ['HTTP/1.1', asHttp(read), undefined],
    ['HTTP/1.1', `\n${asHttp(read).replaceAll('\r\n', '\n')}`, undefined],
    ['HTTP/1.1', `\u{feff}${asHttp(read)}`, undefined],
    ['curl -v', asCurl(read, date), time],
    ['curl -v', asCurl(read, date).replaceAll('\n', '\r\n'), time],
    ['JSON', asJson(read), undefined],
    ['JSON', asJson(read, { headers: read.headers, time }), time],
    [
      'JSON',
      asJson(read, { headers: read.headers.map(([name, value]) => ({ name, value })), time: iso }),
      time,
    ],
    ['JSON', `[${asJson(read)}]`, undefined],
    ['HAR', asHar(read, iso), time],
  ])('as %s keeps method, target, fields and time', (form, text, at) => {
    const recording = reading(text)
    const found = recording.requests.at(-1)
    expect([recording.form, found?.method, found?.target, found?.time]).toEqual([
      form,
      'GET',
      '/a%2Fb?q=%41',
      at,
    ])
    expect(new Map(found?.headers)).toEqual(new Map([['host', 'notes.example'], ...read.headers]))
    expect(found?.body).toEqual(new Uint8Array())
  })

  it.each([
    ['HTTP/1.1', asHttp(written), octets],
    ['HTTP/1.1, behind whose content an editor added a line', `${asHttp(written)}\n`, octets],
    ['HTTP/1.1 that is cut off', asHttp(written).slice(0, -5), undefined],
    ['curl -v, which shows no content', asCurl(written, date), undefined],
    ['JSON', asJson(written), octets],
    [
      'JSON in base64',
      asJson(written, { body: undefined, bodyBase64: Buffer.from(body).toString('base64') }),
      octets,
    ],
    ['JSON without it', asJson(written, { body: undefined }), undefined],
    ['HAR', asHar(written, iso), octets],
  ])('with content as %s has its octets, or says that they are unknown', (_, text, content) => {
    const found = reading(text).requests.at(-1)?.body
    expect(found && Uint8Array.from(found)).toEqual(content)
  })

  it('keeps every line of a repeated field', () => {
    const text = 'GET / HTTP/1.1\r\nHost: a.example\r\nX-A: 1\r\nx-a: 2\r\n\r\n'
    expect(reading(text).requests[0]?.headers).toEqual([
      ['host', 'a.example'],
      ['x-a', '1'],
      ['x-a', '2'],
    ])
    expect(reading('{"url":"https://a.example","headers":{"x-a":["1","2"]}}').requests[0]?.headers).toEqual([
      ['host', 'a.example'],
      ['x-a', '1'],
      ['x-a', '2'],
    ])
  })

  it('is read with its answer when curl printed several', () => {
    const { requests } = reading(`${asCurl(read, date)}\n${asCurl(written, date)}`)
    expect(requests.map(({ method, answer }) => [method, answer?.status])).toEqual([
      ['GET', 401],
      ['POST', 401],
    ])
    expect(requests[0]?.answer?.headers).toContainEqual(['aauth-requirement', 'requirement=agent-token'])
  })
})

it.each([
  ['', 'this is not a request'],
  ['hello', 'this is not a request'],
  ['HTTP/1.1 401 Unauthorized\r\n\r\n', 'this is not a request'],
  ['{"url":', 'this begins as JSON and is not'],
  ['{}', '"method" or "url" of the request is not a string'],
  ['[null]', '"method" or "url" of the request is not a string'],
  ['{"url":"/notes"}', '"url" is "/notes": write it with https:// and the host'],
  ['{"url":"https://a.example","headers":{"a":1}}', '"headers" of a request holds what is not a string'],
  ['{"url":"https://a.example","headers":[null]}', '"headers" of a request holds what is not a string'],
  ['{"url":"https://a.example","time":"noon"}', '"time" of the request is neither'],
  ['{"log":{"entries":[{}]}}', 'an entry of the HAR is not an object'],
  ['{"log":{"entries":[{"request":{}}]}}', 'an entry of the HAR has no request with a method'],
  ['GET / HTTP/1.1\r\nHost: a\r\n folded\r\n\r\n', '" folded" is not a header field'],
])('%j is refused with a hint what to give instead', (text, error) => {
  expect(() => reading(text)).toThrow(UsageError)
  expect(() => reading(text)).toThrow(error)
})
