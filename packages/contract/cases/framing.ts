import type { Suite } from './case.ts'

const post = {
  method: 'POST',
  target: '/body/unread',
  headers: { 'content-type': 'text/plain' },
  body: 'note',
}

/** What Node itself refuses, so that no adapter ever sees it, and what looks like it. */
export const framing: Suite = {
  about: 'framing',
  cases: [
    ['a folded line is refused by Node [A08]', { wire: { after: ['X-Tag: a\r\n b'] } }, '400 '],
    ['a NUL in a line is refused by Node [A09]', { wire: { after: ['X-Tag: a\0b'] } }, '400 '],
    ['a space before the colon is refused by Node [A13]', { wire: { after: ['X-Tag : a'] } }, '400 '],
    [
      'length and chunks together are refused by Node [A13]',
      { ...post, wire: { after: ['Transfer-Encoding: chunked'] } },
      '400 ',
    ],
    [
      'an unknown transfer coding is refused by Node [A13]',
      { ...post, wire: { framing: 'none', after: ['Transfer-Encoding: xchunked'] } },
      '400 ',
    ],
    ['two lengths are refused by Node [A13]', { ...post, wire: { after: ['Content-Length: 0'] } }, '400 '],
    ['a method in lower case is refused by Node [A13]', { wire: { method: 'get' } }, '400 '],
    ['an unknown method is refused by Node', { wire: { method: 'FOO' } }, '400 '],
    ['bare line feeds are refused by Node [A13]', { wire: { after: ['X-Tag: a\nX-Other: b'] } }, '400 '],
    [
      'a trailer is not a header [A14]',
      {
        ...post,
        cover: ['x-tag'],
        headers: { 'x-tag': 'a' },
        wire: {
          framing: 'none',
          lines: (all) => all.filter((line) => line !== 'x-tag: a'),
          after: ['Transfer-Encoding: chunked', 'Trailer: x-tag'],
          trailing: '0\r\nx-tag: a\r\n\r\n',
        },
      },
      '401 invalid_signature',
    ],
    [
      'a line that ends in a line feed alone is refused by Node [A13]',
      { wire: { after: ['X-Tag: a\nX-Other: b'] } },
      '400 ',
    ],
    [
      'a line that is cut by a carriage return is refused by Node [A13]',
      { wire: { after: ['X-Tag: a\rX-Other: b'] } },
      '400 ',
    ],
    [
      'a chunk size that is not a number is refused by Node [A13]',
      {
        method: 'POST',
        wire: { framing: 'none', after: ['Transfer-Encoding: chunked'], trailing: '0x1\r\na\r\n0\r\n\r\n' },
      },
      '400 ',
    ],
    [
      'a line over the limit is refused by Node [A15]',
      { wire: { after: [`X-Tag: ${'a'.repeat(17_000)}`] } },
      '431 ',
    ],
    [
      'more lines than Node keeps are refused [A16]',
      { wire: { before: Array.from({ length: 2100 }, () => 'a:') } },
      '431 ',
    ],
  ],
}
