import { expect, it } from 'vitest'
import { type Framing, framingOf } from '../../src/proxy/framing.ts'

const lengths = ['', '+1', '-1', '1,1', '1 1', '0x1', '1.0', '1e3', '9999999999999999', '٣']
const codings = ['gzip', 'gzip, chunked', 'chunked, gzip', 'identity', 'chunked;q=1', '']
const rows: readonly (readonly [lines: readonly string[], framing: Framing | undefined])[] = [
  [[], { kind: 'none' }],
  [['Content-Length', '0'], { kind: 'length', length: 0 }],
  [['content-length', '999999999999999'], { kind: 'length', length: 999_999_999_999_999 }],
  [['TRANSFER-ENCODING', 'Chunked'], { kind: 'chunked' }],
  [['Content-Length', '1', 'Content-Length', '1'], undefined],
  [['Content-Length', '1', 'Transfer-Encoding', 'chunked'], undefined],
  [['Transfer-Encoding', 'chunked', 'Transfer-Encoding', 'chunked'], undefined],
  ...lengths.map((length) => [['Content-Length', length], undefined] as const),
  ...codings.map((coding) => [['Transfer-Encoding', coding], undefined] as const),
]

it.each(rows)('the framing of %j is %j [A13]', (lines, framing) => {
  expect(framingOf(lines, '1.1')).toEqual(framing)
})

it('a message of version 1.0 has no transfer coding [A13]', () => {
  expect(framingOf(['Transfer-Encoding', 'chunked'], '1.0')).toBeUndefined()
  expect(framingOf(['Content-Length', '1'], '1.0')).toEqual({ kind: 'length', length: 1 })
})
